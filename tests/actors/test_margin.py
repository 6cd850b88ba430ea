"""A hard limit that no signal can pass: entries only where TWS has said today that the account can carry one."""

from dataclasses import replace

import pytest

from system.domain.order_events import AskMargin, MarginAnswered, Place
from system.domain.settings import SECOND_NS
from tests.actors.stage import SETTINGS, push, stage
from tests.domain.tape import chicago

pytestmark = pytest.mark.trio


async def test_it_is_asked_once_the_gate_is_open_and_entries_follow_a_good_answer(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, checks_margin=True) as it:
        await it.settle(5)
        assert it.done(AskMargin) == []
        await it.until_ready()
        assert [asked.contracts for asked in it.done(AskMargin)] == [1]
        await push(it, 1)
        assert len(it.done(Place)) == 1
        assert "margin" not in it.ears.alerts()
        records = [record.payload for record in it.paper.records if record.kind == "margin"]
        assert records == [{"known": 1, "initial_cents": 1_500_000, "equity_cents": 10_000_000, "text": ""}]


async def test_entries_are_shut_until_it_is_known_to_be_good(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, checks_margin=True) as it:
        good, it.tws.margin = it.tws.margin, MarginAnswered(now_ns=0, generation=1, known=False, text="201 no")
        await it.until_ready()
        await push(it, 1)
        assert {outcome for _, outcome in it.ears.signals} == {"halted"}
        assert it.wiring.risk.why_halted() == "whether the account can carry an entry is not known: 201 no"
        await it.flow(130)
        assert len(it.done(AskMargin)) == 3
        assert it.ears.alerts().count("margin") == 1, "said once, not each minute"
        it.tws.margin = replace(good, equity_cents=1_499_999)
        await it.flow(60)
        assert it.wiring.risk.why_halted().startswith("an entry would need 15,000.00 of initial margin")
        assert it.ears.alerts().count("margin") == 2
        it.tws.margin = good
        await it.flow(60)
        assert it.wiring.risk.why_halted() == ""
        await push(it, 1)
        assert len(it.done(Place)) == 1


async def test_the_next_session_asks_anew(autojump_clock: object) -> None:
    async with stage(chicago("2024-06-05 15:50:00"), settings=SETTINGS, checks_margin=True) as it:
        await it.until_ready()
        assert len(it.done(AskMargin)) == 1
        await it.settle(70 * 60)
        await it.flow(60)
        assert len(it.done(AskMargin)) == 2


async def test_a_dry_run_and_a_simulated_one_ask_nothing(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        assert it.done(AskMargin) == []
    async with stage(settings=SETTINGS, checks_margin=True, is_dry=True) as it:
        await it.until_ready()
        assert it.done(AskMargin) == []
        assert it.clock() > SECOND_NS
