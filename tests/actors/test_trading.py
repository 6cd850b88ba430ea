"""From a signal to a bracket, and from its fills back to the gate."""

from dataclasses import replace
from typing import Any

import pytest

from system.domain.bracket import Phase
from system.domain.order_events import Cancel, OpenOrderTold, Place, Terms
from system.domain.road import EntriesHeld, GateTurned, OperatorAsked
from system.domain.settings import SECOND_NS
from tests.actors.stage import SETTINGS, Paper, Stage, Tws, push, stage
from tests.domain.tape import NOON

pytestmark = pytest.mark.trio


def foreign_order(it: Stage) -> OpenOrderTold:
    """Made by hand."""
    terms = Terms(order_id=0, ref="", side=1, contracts=1, type="LMT")
    return OpenOrderTold(
        now_ns=0, generation=it.tws.generation, client_id=0, perm_id=77, terms=terms, status="Submitted"
    )


async def test_a_signal_leads_to_one_bracket_and_its_stop_to_a_cooldown(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        (place,) = it.done(Place)
        entry, target, stop = place.orders
        assert (entry.side, entry.type, target.limit_ticks, stop.stop_ticks) == (1, "MKT", 20_017, 19_993)
        assert it.wiring.risk.risk.phase is Phase.ENTERING
        it.tws.fill(entry.order_id, 20_001)
        await it.settle()
        assert it.wiring.risk.risk.phase is Phase.OPEN
        it.tws.fill(stop.order_id, 19_993)
        await it.settle()
        assert [(fill.reason, fill.price_ticks) for fill in it.ears.fills] == [("entry", 20_001), ("stop", 19_993)]
        assert it.wiring.risk.risk.phase is Phase.FLAT
        await push(it, -1)
        assert it.ears.signals[-1][1] == "cooldown"
        assert len(it.done(Place)) == 1


async def test_f45_the_intent_is_written_before_the_bracket_leaves(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        written: list[list[str]] = []
        do = it.tws.do

        def spy(command: Any) -> None:
            if isinstance(command, Place):
                written.append(it.paper.kinds())
            do(command)

        it.tws.do = spy  # type: ignore[method-assign]
        await push(it, 1)
        assert "intent" in written[0]
        assert "signal" in written[0]


async def test_a_journal_that_fails_lets_nothing_leave(autojump_clock: object) -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(Exception, match="disk is full")):
        async with stage(settings=SETTINGS) as it:
            await it.until_ready()
            it.paper.fails = True
            await push(it, 1)
    assert not it.done(Place)


async def test_f20_cooldown_and_counters_outlive_the_program(autojump_clock: object) -> None:
    paper = Paper()
    async with stage(settings=SETTINGS, paper=paper) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle()
        it.tws.fill(3, 19_993)
        await it.settle()
        counters, tws = it.wiring.risk.risk.counters, it.tws
        now_ns = it.clock()
    assert (counters.losses, counters.entries) == (1, 1)
    tws.generation = 0
    async with stage(now_ns, settings=SETTINGS, paper=paper, tws=tws) as again:
        assert again.wiring.risk.risk.counters == counters
        await again.until_ready()
        await push(again, 1)
        assert again.ears.signals[-1][1] == "cooldown"


async def test_an_operator_halts_and_resumes(autojump_clock: object) -> None:
    paper = Paper()
    async with stage(settings=SETTINGS, paper=paper) as it:
        await it.until_ready()
        it.tws.say(OperatorAsked(now_ns=0, what="halt", reason="lunch"))
        await push(it, 1)
        assert {outcome for _, outcome in it.ears.signals} == {"halted"}
        now_ns = it.clock()
    async with stage(now_ns, settings=SETTINGS, paper=paper) as again:  # it outlives the program
        await again.until_ready()
        assert again.wiring.risk.why_halted() == "lunch"
        again.tws.say(OperatorAsked(now_ns=0, what="resume"))
        await again.settle()
        assert again.wiring.risk.why_halted() == ""


async def test_f43_a_signal_while_a_foreign_order_lives_finds_the_gate_shut_and_counts_as_no_entry(
    autojump_clock: object,
) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        it.tws.say(foreign_order(it))
        await it.settle(1)
        await push(it, 1)
        assert {outcome for _, outcome in it.ears.signals} == {"halted"}
        assert it.wiring.risk.why_halted() == "orders or contracts that are not ours"
        assert it.wiring.risk.risk.counters.entries == 0
        assert not it.done(Place)


async def test_an_operator_flattens(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle()
        it.tws.say(OperatorAsked(now_ns=0, what="flatten"))
        await it.settle()
        close = it.done(Place)[-1].orders[0]
        assert (close.type, close.side, close.group) == ("MKT", -1, it.done(Place)[0].orders[0].ref)
        it.tws.fill(close.order_id, 20_000)
        await it.settle()
        assert it.ears.fills[-1].reason == "flatten"
        assert it.wiring.risk.halted == "flatten asked for"


async def test_a_stop_leaves_what_is_held_protected_and_says_so(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        began_ns = it.clock()
        words = await it.wiring.stop()
        assert words == "+1 contracts, protected by a stop that the broker has confirmed"
        assert it.clock() - began_ns < SECOND_NS
        assert not it.done(Cancel)


async def test_a_stop_lets_no_entry_in_though_the_gate_turns_open(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        it.tws.post(OperatorAsked(now_ns=0, what="stop"))
        it.tws.post(GateTurned(now_ns=0, reasons=()))
        await push(it, 1)
        assert it.ears.signals[-1][1] == "halted"
        assert not it.done(Place)


async def test_entries_that_a_service_holds_back_wait_and_exits_do_not(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        for by in ("disk", "another"):
            it.tws.post(EntriesHeld(now_ns=0, by=by, reason=f"the {by}"))
        await it.settle(1)
        assert list(it.wiring.risk.shut_because()) == ["the disk", "the another"]
        it.tws.fill(3, 19_993)
        await it.settle(1)
        assert it.wiring.risk.risk.phase is Phase.FLAT
        for by in ("another", "disk"):
            it.tws.post(EntriesHeld(now_ns=0, by=by, reason=""))
        await it.settle(1)
        assert it.wiring.risk.why_halted() == ""


async def test_a_day_that_loses_too_much_with_what_is_open_is_closed_and_halted(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        await it.flow(2, price=19_000)  # the stop at 19,993 has not filled: the exchange is gone
        assert it.done(Place)[-1].orders[0].type == "MKT"
        assert it.wiring.risk.halted == "the day's loss is beyond its limit"
        assert "day_loss" in it.ears.alerts()


async def test_f31_a_position_that_is_taken_over_without_a_quote_is_worth_what_was_paid(autojump_clock: object) -> None:
    """While the program is away the exchange takes back the exit: what it finds was bought, and not for nothing."""
    paper, tws = Paper(), Tws()
    async with stage(settings=SETTINGS, paper=paper, tws=tws) as it:
        await it.until_ready()
        await push(it, +1)
        tws.fill(1, 20_001)
        await it.settle()
        tws.fill(3, 19_993)
        await it.settle()
        assert it.wiring.risk.risk.counters.net_cents < 0
    tws.book.executions[-1] = replace(tws.book.executions[-1], exec_id="0001.0001.02", contracts=0)
    tws.book.own = 1
    again = Tws()
    again.book = tws.book
    async with stage(NOON + 600 * SECOND_NS, settings=SETTINGS, paper=paper, tws=again) as it:
        await it.settle(3)
        assert "gate_differs" in it.ears.alerts()
        assert (it.wiring.risk.risk.position.contracts, it.wiring.risk.risk.position.entry_value) == (1, 20_001)
