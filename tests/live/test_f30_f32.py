"""F30 to F32: executions out of order, told twice, corrected, taken back, without commissions."""

from dataclasses import replace

import pytest

from system.domain.bracket import Phase
from tests.actors.stage import SETTINGS
from tests.live.acts import act

pytestmark = pytest.mark.trio


async def test_f30_an_execution_before_any_word_of_its_order_counts_at_once(autojump_clock: object) -> None:
    """openOrder and orderStatus do not come for three seconds; execDetails does."""
    async with act() as it:
        it.inject("ack_lost", "3s")
        await it.push()
        took_s = await it.until(lambda: it.truth, 1)
        await it.settle(0.1)
        assert it.held == 1, f"after {took_s} s"
        assert it.wiring.risk.risk.phase is Phase.OPEN
        assert await it.until(lambda: it.wiring.is_protected, 6) <= 5.2
        await it.settle(20)
        it.check()
        assert len(it.sent()) == 3
        assert not it.halted


async def test_f30_a_fill_without_its_execution_is_asked_for(autojump_clock: object) -> None:
    """execDetails does not come: the commission report and the status Filled do, which are no fills."""
    async with act() as it:
        it.inject("drop", of="ExecDetails")
        await it.push()
        await it.until(lambda: it.truth, 1)
        await it.settle(0.5)
        assert it.held == 0
        assert it.bracket.entry.told_filled == 1
        assert await it.until(lambda: it.held, 10) < 6
        await it.settle(10)
        it.check()
        assert it.wiring.is_protected
        assert [fill.contracts for fill in it.ears.fills] == [1]
        assert not it.halted


async def test_f30_an_open_order_list_that_knows_nothing_ends_flat(autojump_clock: object) -> None:
    """TWS never tells of an order again, and answers that none is open, though they work: closed, for want of proof."""
    async with act() as it:
        it.inject("ack_lost")
        await it.push()
        await it.until(lambda: it.truth, 1)
        took_s = await it.until(lambda: not it.truth, 20)
        assert took_s > 5, "asked, before it is given up"
        await it.settle(60)
        it.check()
        assert len(it.told("unprotected")) == 1
        assert [order.order_id for order in it.sent()] == [1, 2, 3, 4]


async def test_f31_an_execution_told_twice_counts_once(autojump_clock: object) -> None:
    """Each execDetails comes twice, and all of them again with each answer."""
    async with act() as it:
        it.inject("duplicate", "10m", of="ExecDetails")
        await it.enter()
        await it.settle(70)
        it.check()
        assert it.held == 1
        it.jump(-10)
        await it.settle(70)
        it.check()
        assert it.held == 0
        assert [fill.reason for fill in it.ears.fills] == ["entry", "stop"]
        assert not it.halted


async def test_f31_a_corrected_price_is_booked_as_the_difference(autojump_clock: object) -> None:
    """Each fill is corrected at once to a price four ticks higher: the same id with a higher last part."""
    async with act() as it:
        it.inject("correction", ticks=4)
        await it.enter()
        await it.settle(3)
        it.check()
        assert it.held == 1
        assert it.told("execution_corrected")
        await it.until(lambda: not it.told("gate_differs"), 1)
        it.jump(-10)
        await it.settle(70)
        it.check()
        assert it.truth == 0
        (entry, stop) = [fill.price_ticks for fill in it.ears.fills]
        net = (stop - entry) * 1250 - 2 * 225
        assert it.wiring.risk.risk.counters.net_cents == net, "both prices were moved by as much"


async def test_f31_a_correction_after_the_trade_moves_the_days_result(autojump_clock: object) -> None:
    """The entry is corrected once, to ten ticks more, after the round trip is over."""
    async with act() as it:
        await it.enter()
        await it.settle(3)
        (first,) = it.orders.book.executions
        it.jump(-10)
        await it.settle(10)
        before = it.wiring.risk.risk.counters.net_cents
        it.mock.deliver(it.mock.desk.correct(f"{first}.01", 20_011, it.mock.now_ns))
        await it.settle(70)
        it.check()
        assert it.wiring.risk.risk.counters.net_cents == before - 10 * 1250


async def test_f31_a_fill_that_is_taken_back_is_no_position_any_more(autojump_clock: object) -> None:
    """The entry's fill is busted: the same id with a higher last part and no contracts; stop and target rest on."""
    async with act() as it:
        await it.enter()
        await it.settle(3)
        it.inject("bust")
        await it.settle(30)
        it.check()
        assert it.held == it.truth == 0
        assert not it.working, "exits without a position would open one"
        assert it.halted == "the gate and the book differed"
        assert it.told("execution_corrected")
        assert not it.told("inferred_fill"), "it is booked, not guessed"
        assert it.wiring.risk.risk.phase is Phase.FLAT
        assert len(it.sent()) == 3


@pytest.mark.parametrize("how", ["absent", "minus", "huge", "late", "early"])
async def test_f32_a_commission_that_does_not_come_keeps_no_fill_back(how: str, autojump_clock: object) -> None:
    """commissionReport is absent, -1, 1.8e308, half a minute late, or ahead of its execution."""
    async with act() as it:
        it.inject("commission", how=how)
        await it.enter()
        await it.settle(150)
        it.check()
        assert it.wiring.is_protected
        told = [record.payload for record in it.paper.records if record.kind == "commission"]
        if how in ("late", "early"):
            assert [payload["cents"] for payload in told] == [225]
            assert not it.told("commission_missing")
        else:
            assert not any("cents" in payload for payload in told)
            assert len(it.told("commission_missing")) == 1
        assert not it.halted


async def test_f32_a_commission_that_is_not_the_configured_one_is_said(autojump_clock: object) -> None:
    """TWS reports 2.25 a contract where 1.99 is configured: said, and never decided on."""
    async with act(settings=replace(SETTINGS, commission_cents=199)) as it:
        await it.enter()
        await it.settle(2)
        assert len(it.told("commission_differs")) == 1
        it.jump(-10)
        await it.settle(5)
        it.check()
        (trip,) = [fields for event, fields in it.ears.said if event == "round_trip"]
        assert trip["net_usd"] == -11 * 12.5 - 2 * 1.99
