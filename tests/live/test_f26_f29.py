"""F26 to F29: brackets torn apart, parts of fills, cancels that come too late, and cancels that nobody asked for."""

from dataclasses import replace

import pytest

from system.domain.settings import SECOND_NS
from tests.actors.stage import SETTINGS
from tests.live.acts import act

pytestmark = pytest.mark.trio


async def test_f26_a_bracket_cut_after_its_entry_is_taken_back_whole(autojump_clock: object) -> None:
    """The connection breaks with the first of three orders: the entry rests in TWS, untransmitted, and is not told of."""
    async with act() as it:
        it.inject_plan('[[fault]]\nkind = "reset"\nmessage = 2\nof = "PlaceOrder"')
        await it.push()
        await it.settle(1)
        assert [order.state.name for order in it.mock.desk.orders] == ["UNTRANSMITTED"]
        await it.ready(30)
        it.check()
        assert it.truth == 0
        assert not it.working
        assert it.cancels()[0] == 1
        await it.push()  # and the next signal is free to enter
        await it.until(lambda: it.held, 2)
        await it.settle(5)
        assert it.stops() == [(-1, 1)]
        it.check()


async def test_f26_a_bracket_without_its_last_order_is_canceled_and_never_completed(autojump_clock: object) -> None:
    """TWS never hears of the stop, which transmits all: entry and target wait in TWS, and nothing is said of them."""
    async with act() as it:
        it.inject_plan('[[fault]]\nkind = "swallow"\nmessage = 3\nof = "PlaceOrder"')
        await it.push()
        await it.settle(1)
        assert [order.state.name for order in it.mock.desk.orders] == ["UNTRANSMITTED"] * 2
        assert await it.until_over(20) < 10
        assert not it.mock.desk.orders
        await it.ready(20)
        it.check()
        assert it.truth == 0
        assert len(it.sent()) == 3


async def test_f26_a_target_that_is_missing_is_sent_again_behind_a_proven_stop(autojump_clock: object) -> None:
    """TWS never hears of the target; entry and stop work."""
    async with act() as it:
        it.inject_plan('[[fault]]\nkind = "swallow"\nmessage = 2\nof = "PlaceOrder"')
        await it.enter()
        await it.settle(0.5)
        assert it.stops() == [(-1, 1)]
        await it.until(lambda: len(it.working) == 2, 30)
        it.check()
        assert it.held == 1
        assert [order.ticket.limit_ticks for order in it.working] == [0, 20_017]
        assert len({order.group for order in it.working}) == 1


async def test_f26_a_stop_that_is_taken_back_is_replaced_within_ten_s(autojump_clock: object) -> None:
    """201 and Inactive for the stop alone, with the position open (L01: bare for five seconds at most, then again)."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        stop = next(order for order in it.working if order.is_stop)
        it.mock.deliver(it.mock.desk.reject(stop.perm_id, "margin", it.mock.now_ns))
        await it.until(lambda: not it.stops(), 1)
        assert await it.until(lambda: it.wiring.is_protected, 10) < 7
        it.check()
        assert it.stops() == [(-1, 1)]
        assert it.told("unprotected")
        assert not it.halted


async def test_f27_exits_follow_fills_in_part_and_never_sell_more_than_is_held(autojump_clock: object) -> None:
    """Three contracts bought in three executions; the target fills in part; the stop takes the rest and no more."""
    settings = replace(SETTINGS, contracts=3)
    async with act(touch=1, settings=settings) as it:
        await it.enter()
        await it.until(lambda: it.held == 3, 2)
        await it.settle(2)
        assert it.stops() == [(-1, 3)]
        target = next(order for order in it.working if not order.is_stop)
        it.mock.fill(1, target.order_id, 1, None)
        await it.settle(6)
        assert it.held == it.truth == 2
        assert it.stops() == [(-1, 2)]
        assert it.wiring.is_protected
        it.jump(-10)
        await it.settle(8)
        assert it.truth == 0
        it.check()
        assert not it.working
        assert [fill.contracts for fill in it.ears.fills if fill.reason == "stop"] in ([1, 1], [2])
        assert not it.halted


async def test_f27_a_part_filled_while_we_are_away_leaves_the_right_sizes(autojump_clock: object) -> None:
    """The target fills in part on a dead line: nothing of it is ever told unasked."""
    settings = replace(SETTINGS, contracts=3)
    async with act(settings=settings) as it:
        await it.enter()
        await it.settle(2)
        target = next(order for order in it.working if not order.is_stop)
        it.inject("reset")
        it.mock.fill(1, target.order_id, 1, None)
        await it.until(lambda: it.wiring.is_protected and it.held == 2, 30)
        it.check()
        assert not it.ears.alerts(), "found by asking for executions, not inferred"
        assert it.stops() == [(-1, 2)]


async def test_f28_10148_filled_brings_the_fill_and_what_it_sold_too_much_is_bought_back(
    autojump_clock: object,
) -> None:
    """A trade by hand closes what we hold; our target fills just before its cancel, which is answered 10148 Filled.

    The contract sold twice is bought back at once, outside the group that the target has used up (S18).
    """
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject_plan('[[fault]]\nkind = "cancel_fill_race"\nmessage = 1\nof = "CancelOrder"')
        it.inject("manual_trade", action="SELL")
        await it.until(lambda: it.told("inferred_fill"), 30)
        await it.until(lambda: it.truth == -1, 30)
        assert await it.until(lambda: it.truth == 0, 5) <= 2
        await it.settle(60)
        it.check()
        assert it.halted == "an inferred fill"
        assert [order.order_id for order in it.sent()] == [1, 2, 3, 4]
        assert sorted(it.cancels()) == [2, 3]


async def test_f28_10147_frees_an_intent_only_with_open_orders_and_executions(autojump_clock: object) -> None:
    """Placements never arrive and cancels of them say 10147: the entry is over, and no order of it is sent again."""
    async with act() as it:
        it.inject("swallow", "1s", of="PlaceOrder")
        await it.push()
        await it.until(lambda: it.cancels(), 10)
        asked_ns = it.clock()
        await it.until_over(15)
        assert it.clock() - asked_ns < 10 * SECOND_NS
        it.check()
        assert it.truth == 0
        assert sorted(it.cancels()) == [1, 2, 3]
        await it.ready(10)


async def test_f28_an_order_that_comes_alive_after_10147_is_held_and_protected(autojump_clock: object) -> None:
    """Placements reach IB eight seconds late, after their cancels have been answered 10147: the code was no proof."""
    async with act() as it:
        it.inject("ack_late", "1s", of="PlaceOrder", by="20s")
        await it.push()
        await it.until_over(18)
        await it.until(lambda: it.truth, 15)
        await it.until(lambda: it.wiring.is_protected or not it.truth, 10)
        await it.settle(30)
        it.check()
        assert it.halted
        assert it.wiring.is_settled


async def test_f29_202_that_nobody_asked_for_brings_the_stop_back_within_ten_s(autojump_clock: object) -> None:
    """IB cancels stop and target: Cancelled and 202 for both. The stop comes first, then the target."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject("unasked_cancel")
        await it.until(lambda: not it.working, 1)
        assert await it.until(lambda: it.wiring.is_protected, 10) < 7
        await it.until(lambda: len(it.working) == 2, 10)
        await it.settle(20)
        it.check()
        assert it.stops() == [(-1, 1)]
        assert len(it.sent()) == 5
        assert not it.halted


async def test_f29_202_for_a_cancel_of_ours_is_done(autojump_clock: object) -> None:
    """The opposite signal's exit closes; the group's others are cancelled by the exchange: nothing is sent again."""
    async with act() as it:
        await it.enter()
        await it.settle(121)
        await it.push(-1)
        assert it.outcome == "close"
        await it.until(lambda: not it.held, 3)
        await it.settle(20)
        it.check()
        assert len(it.sent()) == 4
        assert not it.cancels()
        assert not it.working
        assert not it.halted
