"""Children that follow their entry, and are for no more than they were sent for."""

import pytest

from simulator.exchange.orders import Order
from simulator.exchange.venue import Exchange
from tests.exchange.desk import BUY, MS, SELL, Desk, order


def entered(contracts: int = 2) -> Desk:
    """A buy at 999 that rests from 50 ms on."""
    return Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, contracts, limit=999))


def stop(order_id: int, contracts: int, price: int = 993, **more: int) -> Order:
    return order(order_id, SELL, contracts, stop=price, parent=1, **more)


def test_a_child_may_follow_an_entry_that_rests() -> None:
    desk = entered().submit(60, stop(2, 2)).trade(200, 998).trade(300, 993)
    assert desk.fills() == [(1, 200, 2, 999), (2, 300, 2, 993)]


def test_a_child_may_follow_an_entry_that_is_still_on_its_way() -> None:
    desk = entered().submit(10, stop(2, 2)).trade(200, 998).trade(300, 993)
    assert desk.fills() == [(1, 200, 2, 999), (2, 300, 2, 993)]


def test_it_rests_at_once_for_what_the_entry_has_filled() -> None:
    """1 of 2 before it arrives, the other later; it sells 1, and 1 again."""
    desk = entered().trade(60, 999).submit(70, stop(2, 2)).trade(200, 993).trade(300, 992)
    assert desk.run()[2:4] == [("accepted", 2, 120), ("filled", 1, 200, 1, 999)]
    assert desk.fills()[1:] == [(1, 200, 1, 999), (2, 200, 1, 993), (2, 300, 1, 992)]


def test_it_rests_for_what_an_entry_that_is_gone_meanwhile_has_filled() -> None:
    """All of it, or 1 before a cancel; for nothing it is cancelled."""
    filled = entered().submit(60, stop(2, 2)).trade(70, 998).trade(200, 993)
    assert filled.fills()[1:] == [(2, 200, 2, 993)]
    part = entered().trade(60, 999).cancel(61, 1).submit(62, stop(2, 2)).trade(200, 993)
    assert part.fills()[1:] == [(2, 200, 1, 993)]
    gone = entered().cancel(61, 1).submit(62, stop(2, 2)).submit(62, stop(3, 1)).gap(200)
    assert gone.run()[-2:] == [("canceled", 2, 112, "parent"), ("canceled", 3, 112, "parent")]
    assert gone.exchange.is_idle
    assert not gone.exchange._fates


def test_a_child_cannot_follow_an_entry_that_is_over() -> None:
    exchange = Exchange(latency_ns=1)
    exchange.submit((order(1, BUY, 1),), 0)
    exchange.arrive()
    with pytest.raises(AssertionError):
        exchange.submit((order(2, SELL, 1, stop=9, parent=1),), 10)


def test_a_child_is_for_its_own_size_at_most() -> None:
    """2 bought, 1 protected."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 2, limit=999), order(2, SELL, 1, stop=993, parent=1))
    desk.trade(100, 999).trade(110, 999).trade(200, 993)
    assert desk.fills() == [(1, 100, 1, 999), (1, 110, 1, 999), (2, 200, 1, 993)]


def test_a_child_that_follows_is_reduced_by_its_group_on_its_way() -> None:
    """2 bought; the target sells 1 while the stop is on its way, so that it sells 1; with both sold it is cancelled."""
    target = order(3, SELL, 2, limit=1010, parent=1, group=5)
    base = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 3, limit=1000), target).trade(60, 1000, 102)
    base.submit(70, stop(2, 2, group=5))
    part = base.trade(80, 1010).trade(200, 993)
    assert part.fills()[1:] == [(3, 80, 1, 1010), (1, 200, 1, 1000), (2, 200, 1, 993)]
    base.events.pop()
    whole = base.trade(90, 1010).gap(300)
    assert whole.run()[-2:] == [("filled", 3, 90, 1, 1010), ("canceled", 2, 90, "group")]
    assert not whole.exchange._in_flight.named


def test_a_child_that_follows_into_a_group_that_has_sold_all_is_cancelled() -> None:
    """1 bought, the target sells it while a stop of 2 is on its way: nothing is left for the stop."""
    entry, target = order(1, BUY, 1), order(3, SELL, 1, limit=1010, parent=1, group=5)
    desk = Desk().quote(0, 1000, 1001).submit(0, entry, target).submit(40, stop(2, 2, group=5))
    assert desk.trade(60, 1011).gap(200).run()[-1] == ("canceled", 2, 90, "group")
    assert desk.exchange.is_idle


def test_a_child_goes_with_an_entry_that_its_group_cancels_on_the_way() -> None:
    """Order 5 fills first; entry 1 of its group is on its way, and so are two children, one of them the other's."""
    desk = Desk().submit(0, order(5, BUY, 1, limit=995, group=7)).submit(20, order(1, BUY, 1, limit=990, group=7))
    desk.submit(25, stop(2, 1)).submit(26, order(3, SELL, 1, limit=9, parent=2)).trade(60, 994)
    assert desk.run()[-3:] == [
        ("canceled", 1, 60, "group"),
        ("canceled", 2, 60, "parent"),
        ("canceled", 3, 60, "parent"),
    ]
    assert desk.exchange.is_idle
    assert not desk.exchange._in_flight.named


def test_a_child_of_a_child_waits_for_it() -> None:
    """Bought 1 at 999; its stop at 993 sells it; that one's own child buys at 980."""
    desk = entered(1).submit(0, stop(2, 1)).submit(1, order(3, BUY, 1, limit=980, parent=2))
    assert desk.trade(100, 998).trade(200, 993).trade(300, 979).fills() == [
        (1, 100, 1, 999),
        (2, 200, 1, 993),
        (3, 300, 1, 980),
    ]
    gone = entered(1).submit(0, stop(2, 1)).submit(1, order(3, BUY, 1, limit=980, parent=2)).cancel(2, 1)
    assert [row[1:] for row in gone.gap(100).run()[1:]] == [(1, 52, "asked"), (2, 52, "parent"), (3, 52, "parent")]


def test_a_held_child_takes_another_size() -> None:
    """From 2 to 1 while it waits; from 1 to 3 with 1 at rest: another 2 may rest; below what rests: that is cut."""
    less = entered().submit(0, stop(2, 2)).replace(1, 2, 1, stop=993)
    assert less.trade(100, 998).trade(200, 993).fills_of(2) == [(200, 1, 993)]
    more = entered(3).submit(0, stop(2, 1)).trade(60, 999).replace(70, 2, 3, stop=993)
    assert more.trade(130, 998).trade(200, 993).fills_of(2) == [(200, 3, 993)]
    cut = entered(3).submit(0, stop(2, 3)).trade(60, 999, 2).replace(70, 2, 1, stop=993).trade(200, 993)
    assert cut.trade(300, 990).fills_of(2) == [(200, 1, 993)]


def test_a_child_that_has_rested_for_all_it_may_is_over_when_its_group_has_used_it_up() -> None:
    """1 of 2 bought; the target of 1 sells it; the stop of 1 is over, whatever becomes of the entry."""
    desk = entered().submit(0, stop(2, 1, group=4), order(3, SELL, 1, limit=1010, parent=1, group=4))
    desk.trade(60, 999).trade(70, 1011).replace(80, 2, 1, stop=995).cancel(90, 1).gap(200)
    assert desk.run()[-4:] == [
        ("filled", 3, 70, 1, 1010),
        ("canceled", 2, 70, "group"),
        ("refused", 2, 130),
        ("canceled", 1, 140, "asked"),
    ]
    assert desk.exchange.is_idle


def test_what_is_left_of_an_order_is_known_wherever_it_is() -> None:
    """Entry of 3 and stop of 2: on their way, at rest and held, 1 filled and 1 at rest, gone."""
    desk = entered(3).submit(0, stop(2, 2))
    exchange = Exchange(latency_ns=50 * MS)
    for _, _, (orders,), _ in desk.commands:
        exchange.submit(orders, 0)
    assert [exchange.left(i) for i in (1, 2, 9)] == [3, 2, 0]
    exchange.arrive()
    exchange.arrive()
    assert [exchange.left(i) for i in (1, 2)] == [3, 2]
    assert exchange.stop_ticks(2) is None
    exchange.advance(Desk().trade(60, 999).batch(), 0, 1)
    assert [exchange.left(i) for i in (1, 2)] == [2, 2]
    assert exchange.stop_ticks(2) == 993
    exchange.cancel(1, 60 * MS)
    exchange.arrive()
    assert [exchange.left(i) for i in (1, 2)] == [0, 1]
