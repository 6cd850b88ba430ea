"""What sets a stop off: trades, quotes, two running, or their middle."""

import pytest

from simulator.exchange.book import Trigger
from tests.exchange.desk import BUY, SELL, Desk, Row, order


def stop(side: int, trigger: Trigger, **more: int) -> Desk:
    """A stop at 1005 or at 995, at rest from 50 ms on."""
    at = 1005 if side > 0 else 995
    return Desk().quote(0, 1000, 1001).submit(0, order(1, side, 1, stop=at, trigger=trigger, **more))


def test_trades_alone_set_off_a_stop_by_default() -> None:
    desk = stop(BUY, Trigger.LAST).quote(100, 1006, 1007).trade(200, 1004).trade(300, 1005)
    assert desk.fills() == [(1, 300, 1, 1007)]


def test_two_trades_running() -> None:
    desk = stop(SELL, Trigger.DOUBLE_LAST).trade(100, 995).trade(200, 996).trade(300, 994).quote(350, 990, 991)
    assert desk.trade(400, 995).fills() == [(1, 400, 1, 990)]


@pytest.mark.parametrize("trigger", [Trigger.BID_ASK, Trigger.EITHER])
def test_a_buy_looks_at_the_bid_and_a_sell_at_the_ask(trigger: Trigger) -> None:
    assert stop(BUY, trigger).quote(100, 1004, 1006).quote(200, 1005, 1006).fills() == [(1, 200, 1, 1006)]
    assert stop(SELL, trigger).quote(100, 994, 996).quote(200, 994, 995).fills() == [(1, 200, 1, 994)]


def test_quotes_alone_set_off_a_stop_that_looks_at_them() -> None:
    assert stop(BUY, Trigger.BID_ASK).trade(100, 1009).trade(200, 1009).fills() == []
    assert stop(BUY, Trigger.EITHER).trade(100, 1009).fills() == [(1, 100, 1, 1009)]


def test_two_quotes_running() -> None:
    desk = stop(BUY, Trigger.DOUBLE_BID_ASK).quote(100, 1005, 1006).quote(200, 1004, 1006).quote(300, 1006, 1007)
    assert desk.quote(400, 1005, 1006).fills() == [(1, 400, 1, 1006)]


def test_the_middle_of_bid_and_ask() -> None:
    desk = stop(BUY, Trigger.MIDDLE).quote(100, 1003, 1006).quote(200, 1004, 1006).trade(250, 1005)
    assert desk.fills() == [(1, 200, 1, 1006)]


def test_a_stop_limit_set_off_by_a_quote_rests_at_its_limit() -> None:
    desk: list[Row] = stop(BUY, Trigger.BID_ASK, limit=1005).quote(100, 1005, 1006).trade(200, 1004).run()
    assert desk[1:] == [("triggered", 1, 100), ("filled", 1, 200, 1, 1005)]


def test_a_trailing_stop_follows_trades_whatever_sets_it_off() -> None:
    """Bought back 5 over the lowest trade: 1005, then 1000 after the trade at 995."""
    desk = stop(BUY, Trigger.BID_ASK, trail_ticks=5).trade(100, 995).quote(200, 999, 1000).quote(300, 1000, 1001)
    assert desk.fills() == [(1, 300, 1, 1001)]
