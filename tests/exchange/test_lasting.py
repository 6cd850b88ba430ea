"""Regular hours, orders that last for an instant, stops that trail, groups that cancel."""

import pytest

from simulator.exchange.orders import FAR_TICKS
from tests.exchange.desk import BUY, SELL, Desk, long_entry, order


def hours(*changes_ms: int) -> Desk:
    """Regular hours end, begin, end ... at these times; 1000/1001 is quoted."""
    desk = Desk().quote(0, 1000, 1001)
    desk.hours_ms = changes_ms
    return desk


def test_a_sleeping_order_acts_when_regular_hours_begin_before_the_events_of_that_time() -> None:
    """They are off from 10 to 500 ms: it buys at 500 ms at the ask of before."""
    desk = hours(10, 500).submit(0, order(1, BUY, 1, regular_only=True)).quote(499, 1002, 1003).quote(500, 1004, 1005)
    assert desk.run() == [
        ("not regular", 0, 10),
        ("accepted", 1, 50),
        ("regular", 0, 500),
        ("filled", 1, 500, 1, 1003),
    ]


def test_one_that_finds_no_quote_when_it_wakes_waits_for_it() -> None:
    desk = hours(10, 500).submit(0, order(1, BUY, 1, regular_only=True)).gap(499).gap(501).quote(600, 1004, 1005)
    assert desk.fills() == [(1, 600, 1, 1005)]


def test_a_sleeping_limit_meets_neither_quotes_nor_trades_and_queues_anew() -> None:
    """10 ahead at 999 before; it sleeps through 990; then 30 are shown there: a trade of 31 fills it."""
    desk = hours(100, 500).submit(0, order(1, BUY, 1, limit=999, regular_only=True)).quote(60, 999, 1001, 10, 10)
    desk.trade(200, 990).quote(300, 980, 981).quote(400, 999, 1001, 30, 30).trade(600, 999, 30)
    assert desk.fills() == []
    assert desk.trade(610, 999).fills() == [(1, 610, 1, 999)]


def test_a_sleeping_stop_does_not_trigger_and_does_not_trail() -> None:
    stop = order(1, SELL, 1, stop=993, trail_ticks=7, regular_only=True)
    desk = hours(10, 500).submit(0, stop).trade(200, 990).trade(300, 1050).trade(600, 993)
    assert desk.fills() == [(1, 600, 1, 993)]


def test_others_act_at_any_time() -> None:
    desk = hours(10).submit(0, order(1, BUY, 1, limit=999), order(2, BUY, 1, limit=998, regular_only=True))
    assert desk.trade(100, 990).fills() == [(1, 100, 1, 999)]


def test_a_market_order_that_waits_sleeps_too() -> None:
    desk = hours(10, 500).submit(0, order(1, SELL, 1, waits=True, regular_only=True)).quote(100, 990, 991).gap(600)
    assert desk.fills() == [(1, 500, 1, 990)]


def test_a_sleeper_that_anothers_waking_cancels_does_not_wake() -> None:
    """Two buys of one group at market: the first fills at 500 ms, the second is cancelled."""
    orders = [order(i, BUY, 1, group=3, regular_only=True) for i in (1, 2)]
    assert hours(10, 500).submit(0, *orders).gap(600).run()[-2:] == [
        ("filled", 1, 500, 1, 1001),
        ("canceled", 2, 500, "group"),
    ]


def test_hours_may_change_with_no_event_in_between() -> None:
    """They end at 100 ms and begin at 200 ms; the next event is at 300 ms."""
    assert hours(100, 200).gap(300).run() == [("not regular", 0, 100), ("regular", 0, 200)]


def test_an_order_may_be_woken_or_put_to_sleep_by_new_terms() -> None:
    """Asleep since 10 ms; woken, it buys at 150 ms. Another sleeps from 150 ms on; so does one held for its entry."""
    woken = hours(10).submit(0, order(1, BUY, 1, limit=1001, regular_only=True))
    assert woken.replace(100, 1, 1, limit=1001, regular_only=False).gap(200).fills() == [(1, 150, 1, 1001)]
    asleep = hours(10).submit(0, order(1, BUY, 1, limit=999)).replace(100, 1, 1, limit=999, regular_only=True)
    assert asleep.trade(200, 990).fills() == []
    held = hours(10).submit(0, order(1, BUY, 1, limit=999), order(2, SELL, 1, stop=990, parent=1))
    held.replace(100, 2, 1, stop=990, regular_only=True).trade(200, 998).trade(300, 980)
    assert held.fills() == [(1, 200, 1, 999)]
    same = hours(10).submit(0, order(1, BUY, 1, limit=999)).replace(100, 1, 1, limit=999, regular_only=False)
    assert same.trade(200, 990).fills() == [(1, 200, 1, 999)]


def test_without_hours_every_hour_is_regular() -> None:
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 1, regular_only=True)).gap(100)
    assert desk.fills() == [(1, 50, 1, 1001)]
    assert desk.exchange.is_regular


@pytest.mark.parametrize(("limit", "fills"), [(1002, [2, 2]), (1001, [2]), (1000, [])])
def test_what_is_for_the_instant_takes_what_it_can(limit: int, fills: list[int]) -> None:
    """5 on 2 shown at 1001: the rest is cancelled."""
    desk = Desk().quote(0, 1000, 1001, 9, 2).submit(0, order(1, BUY, 5, limit=limit, lasts="immediate")).gap(100)
    assert [row[3] for row in desk.run() if row[0] == "filled"] == fills
    assert desk.run()[-1] == ("canceled", 1, 50, "unfilled")


@pytest.mark.parametrize(("contracts", "limit", "fills"), [(4, 1002, True), (5, 1002, False), (1, 1000, False)])
def test_all_or_nothing(contracts: int, limit: int, fills: bool) -> None:
    """2 shown at 1001."""
    desk = Desk().quote(0, 1000, 1001, 9, 2).submit(0, order(1, BUY, contracts, limit=limit, lasts="whole")).gap(100)
    assert bool(desk.fills()) == fills
    sold = Desk().quote(0, 999, 1000, 2, 9).submit(0, order(1, SELL, contracts, limit=2000 - limit, lasts="whole"))
    assert bool(sold.gap(100).fills()) == (contracts == 4)


def test_all_or_nothing_at_market_or_without_a_quote() -> None:
    desk = Desk().quote(0, 1000, 1001, 9, 2).submit(0, order(1, BUY, 5, lasts="whole")).gap(100)
    assert len(desk.fills()) == 3
    none = Desk().submit(0, order(1, BUY, 1, limit=1001, lasts="whole")).gap(100)
    assert none.run() == [("accepted", 1, 50), ("canceled", 1, 50, "unfilled")]


def test_what_a_part_of_an_instant_entry_bought_is_protected() -> None:
    entry = order(1, BUY, 5, limit=1001, lasts="immediate")
    desk = Desk().quote(0, 1000, 1001, 9, 2).submit(0, entry, order(2, SELL, 5, stop=993, parent=1)).trade(100, 993)
    assert desk.fills() == [(1, 50, 2, 1001), (2, 100, 2, 993)]


def test_a_sell_stop_trails_upwards_only() -> None:
    """7 behind: 993, then 1003 after 1010, and 1004 does not trigger it; 1003 does."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=990, trail_ticks=7)).trade(100, 1000)
    desk.trade(200, 1010).trade(300, 1004).trade(400, 1003)
    assert desk.fills() == [(1, 400, 1, 1000)]


def test_a_buy_stop_trails_downwards_only() -> None:
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 1, stop=1010, trail_ticks=7)).trade(100, 990)
    desk.trade(200, 996).trade(300, 997)
    assert desk.fills() == [(1, 300, 1, 1001)]


def test_a_stop_trails_by_a_part_of_the_price() -> None:
    """0.5 % of 1000: 5 behind; of 10: at least 1."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=1, trail_ppm=5000)).trade(100, 1000)
    assert desk.trade(200, 996).fills() == []
    assert desk.trade(300, 995).fills() == [(1, 300, 1, 995)]
    assert desk.exchange.stop_ticks(1) is None
    near = Desk().quote(0, 10, 11).submit(0, order(1, SELL, 1, stop=1, trail_ppm=5000)).trade(100, 10)
    assert near.trade(200, 9).fills() == [(1, 200, 1, 9)]


def test_a_stop_without_a_price_is_set_by_the_first_trade() -> None:
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=-FAR_TICKS, trail_ticks=5)).trade(100, 900)
    assert desk.trade(200, 895).fills() == [(1, 200, 1, 895)]


def test_a_limit_goes_along_with_its_trailing_stop() -> None:
    """Stop 993 and limit 990; after 1010 1003 and 1000: no lower than that is it sold."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=993, limit=990, trail_ticks=7))
    desk.trade(100, 1010).quote(150, 999, 1004).trade(200, 1003).quote(300, 1000, 1004)
    assert desk.run()[-2:] == [("triggered", 1, 200), ("filled", 1, 300, 1, 1000)]


def test_new_terms_leave_a_trailing_stop_where_it_is() -> None:
    """At 1003 after 1010; from 7 behind to 2 behind: nearer with the next trade."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=993, trail_ticks=7)).trade(100, 1010)
    desk.replace(110, 1, 1, stop=None, trail_ticks=2).trade(200, 1004).trade(300, 1003)
    assert desk.fills() == [(1, 300, 1, 1000)]
    nearer = Desk().quote(0, 1000, 1001).submit(0, order(1, SELL, 1, stop=993, trail_ticks=7)).trade(100, 1010)
    nearer.replace(110, 1, 1, stop=None, trail_ticks=2).trade(200, 1008).trade(300, 1006)
    assert nearer.fills() == [(1, 300, 1, 1000)]


def test_a_group_may_cancel_instead_of_reduce() -> None:
    """3 and 3; 1 of the first ends the second, at rest and on its way."""
    both = [order(i, BUY, 3, limit=price, group=5, group_cancels=True) for i, price in ((1, 999), (2, 998))]
    assert Desk().quote(0, 1000, 1001).submit(0, *both).trade(100, 999).run()[-2:] == [
        ("filled", 1, 100, 1, 999),
        ("canceled", 2, 100, "group"),
    ]
    flying = Desk().quote(0, 1000, 1001).submit(0, both[0]).submit(60, both[1]).trade(100, 999).gap(200)
    assert flying.run()[-2:] == [("filled", 1, 100, 1, 999), ("canceled", 2, 100, "group")]


def test_an_order_may_be_filled_by_hand() -> None:
    """2 of a target of 5 at its limit, 1 at 1003 and the rest at the touch for a stop; nothing for one not at rest."""
    desk = long_entry(5).gap(2000)
    desk.run()
    exchange = desk.exchange
    assert exchange.fill(9, 1, None, 3_000_000_000) == []
    assert exchange.fill(2, 1, None, 3_000_000_000) == []
    assert [r.price_ticks for r in exchange.fill(3, 2, None, 3_000_000_000) if hasattr(r, "price_ticks")] == [1017]
    assert [r.price_ticks for r in exchange.fill(2, 1, 1003, 3_000_000_000) if hasattr(r, "price_ticks")] == [1003]
    exchange.advance(Desk().quote(4000, 1000, 1001).batch(), 0, 1)
    rows = exchange.fill(2, 0, None, 4_000_000_000)
    assert [(r.contracts, r.price_ticks) for r in rows if hasattr(r, "price_ticks")] == [(2, 1000)]
    assert exchange.is_idle
