"""A fill that somebody decides, whatever the market: it has the effects of any other."""

import pytest

from simulator.exchange.venue import Exchange
from tests.exchange.desk import BUY, ENTRY, MS, SELL, STOP, TARGET, Desk, Row, bracket, order, plain

NOW_NS = 2000 * MS


def resting(contracts: int = 3, **terms: int) -> Exchange:
    """A buy order rests under a market of 1000 to 1001, unless its terms say otherwise."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, contracts, **(terms or {"limit": 990}))).gap(60)
    desk.quote(70, 1000, 1001).run()
    return desk.exchange


def fill(exchange: Exchange, contracts: int = 0, price: int | None = None, order_id: int = 1) -> list[Row]:
    return [plain(report) for report in exchange.fill(order_id, contracts, price, NOW_NS)]


def test_a_limit_order_fills_at_its_limit_and_whole_unless_told() -> None:
    assert fill(resting()) == [("filled", 1, 2000, 3, 990)]


def test_a_part_fills_and_the_rest_stays() -> None:
    exchange = resting()
    assert fill(exchange, 1, 995) == [("filled", 1, 2000, 1, 995)]
    assert exchange.left(1) == 2
    assert fill(exchange, 5) == [("filled", 1, 2000, 2, 990)]
    assert exchange.is_idle


def test_a_stop_fills_at_the_touch() -> None:
    assert fill(resting(1, stop=1010)) == [("filled", 1, 2000, 1, 1001)]


def test_without_a_quote_a_stop_needs_a_price() -> None:
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=990)).gap(60)
    desk.run()
    assert fill(desk.exchange) == []
    assert fill(desk.exchange, price=991) == [("filled", 1, 2000, 1, 991)]


@pytest.mark.parametrize("order_id", [2, 99])
def test_what_is_not_at_rest_does_not_fill(order_id: int) -> None:
    """Order 2 waits for its entry."""
    desk = Desk().quote(0, 1000, 1001).submit(0, *bracket(BUY, 1, stop=980, target=1020, limit=990)).gap(60)
    desk.run()
    assert fill(desk.exchange, order_id=order_id) == []


def test_it_lets_children_rest_and_ends_the_group() -> None:
    desk = Desk().quote(0, 1000, 1001).submit(0, *bracket(BUY, 1, stop=980, target=1020, limit=990)).gap(60)
    desk.run()
    assert fill(desk.exchange) == [
        ("filled", ENTRY, 2000, 1, 990),
        ("accepted", STOP, 2000),
        ("accepted", TARGET, 2000),
    ]
    assert fill(desk.exchange, order_id=TARGET) == [
        ("filled", TARGET, 2000, 1, 1020),
        ("canceled", STOP, 2000, "group"),
    ]
