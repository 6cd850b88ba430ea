"""Which quotes prevail while an order rests, waits or is on its way, and what arrives when. Times in milliseconds."""

import pytest

from system.domain.settings import FOREVER_NS
from tests.exchange.desk import BUY, EXIT, MS, SELL, Desk, bracket, long_entry, order, short_entry


def test_a_stop_limit_becomes_a_limit_at_its_trigger() -> None:
    """Sell 5, stop 995, limit 994: the trade at 995 triggers it with bid 994 showing 2; two fill there, three rest.

    With 996 asked it is then alone at 994, so that nobody is ahead when others join there: the trade of 2 fills two.
    """
    desk = Desk().quote(0, 994, 996, 2, 9).submit(0, order(1, SELL, 5, stop=995, limit=994))
    desk.trade(100, 995).quote(110, 993, 994, 9, 1).trade(120, 994, 2)
    rows = desk.run()
    assert ("triggered", 1, 100) in rows
    assert desk.fills() == [(1, 100, 2, 994), (1, 120, 2, 994)]


def test_a_buy_stop_fills_at_the_worse_of_trade_and_ask() -> None:
    """Short from 1000, stop 1008. The trade at 1009 hits it with 1010 asked: filled at 1010."""
    desk = short_entry().quote(2000, 1007, 1010).trade(2010, 1009)
    assert desk.fills_of(2) == [(2010, 1, 1010)]


def test_a_one_sided_quote_leaves_a_resting_stop_to_the_trades_price() -> None:
    """Bid 980 is gone when the trade at 992 hits the stop at 993: filled at 992."""
    desk = long_entry().quote(2000, 980, 981).quote(2010, 980, 981, 0, 5).trade(2020, 992)
    assert desk.fills_of(2) == [(2020, 1, 992)]


def test_crossed_and_locked_quotes_change_nothing() -> None:
    """Bid 990 stays in force: the stop at 993 fills at 990 and not at the crossed quote's 970."""
    desk = long_entry().quote(2000, 990, 991).quote(2010, 970, 960).quote(2020, 970, 970).trade(2030, 993)
    assert desk.fills_of(2) == [(2030, 1, 990)]


def test_a_trade_of_size_zero_and_a_seed_touch_no_order() -> None:
    desk = long_entry().trade(2000, 900, 0).seed(2010)
    assert desk.fills_of(2, 3) == []


def test_a_gap_ends_the_quote_while_an_order_rests() -> None:
    """With no quote after the gap the stop at 993 fills at the trade's 992, not at the bid's 990."""
    desk = long_entry().quote(2000, 990, 991).gap(2010).trade(2020, 992)
    assert desk.fills_of(2) == [(2020, 1, 992)]


@pytest.mark.parametrize("ending", ["gap", "one-sided"])
def test_an_idle_exchange_knows_that_its_quote_has_ended(ending: str) -> None:
    desk = Desk().quote(0, 1000, 1001)
    if ending == "gap":
        desk.gap(10)
    else:
        desk.quote(10, 1000, 1001, 5, 0)
    desk.quote(20, 1001, 1000).trade(30, 1000).submit(40, *bracket(BUY, 1, stop=993, target=1017)).trade(200, 1000)
    rows = desk.run()
    assert ("canceled", 1, 90, "no_quote") in rows
    assert desk.exchange.quote is None
    assert desk.exchange.is_idle


def test_the_quote_is_told_while_it_prevails() -> None:
    desk = Desk().quote(0, 1000, 1001)
    desk.run()
    assert desk.exchange.quote == (1000, 1001)
    assert desk.exchange.next_arrival_ns == FOREVER_NS


def test_no_quote_prevails_for_what_arrives_at_the_break() -> None:
    """The break begins at 1,050 ms, when the entry arrives: it is cancelled though a quote came at 0."""
    desk = Desk().quote(0, 1000, 1001).submit(1000, *bracket(BUY, 1, stop=993, target=1017)).trade(1060, 1000)
    assert ("canceled", 1, 1050, "no_quote") in desk.run(break_ns=1050 * MS)


def test_advance_stops_before_the_time_asked_for() -> None:
    """Asked for events before 1,500 ms: the stop's trade at 2,000 ms is not taken, and nothing is reported."""
    desk = long_entry()
    desk.run()
    desk.trade(2000, 900)
    batch = desk.batch()
    reached, reports = desk.exchange.advance(batch, 1, 2, 1500 * MS)
    assert (reached, bool(reports)) == (1, True)  # the entry, at 1,050 ms
    assert desk.exchange.advance(batch, 1, 2, 1500 * MS) == (1, [])
    reached, reports = desk.exchange.advance(batch, 1, 2)
    assert reached == 2


def test_seventeen_orders_rest_side_by_side() -> None:
    """The order table begins with 16 rows; all of 17 buys at 990 fill when the trade goes through."""
    desk = Desk().quote(0, 1000, 1001)
    for order_id in range(1, 18):
        desk.submit(0, order(order_id, BUY, 1, limit=990))
    desk.trade(100, 989)
    assert [row[0] for row in desk.fills()] == list(range(1, 18))


def test_a_child_that_is_held_takes_new_prices_and_rests_with_them() -> None:
    """The stop moves from 993 to 995 before the entry at 990 fills; a trade at 995 then is no trigger for 993."""
    desk = Desk().quote(0, 1000, 1001).submit(0, *bracket(BUY, 1, stop=980, target=1017, limit=990))
    desk.replace(100, 2, 1, stop=985).quote(200, 989, 991).trade(210, 989).quote(220, 984, 986).trade(230, 985)
    assert desk.fills_of(2) == [(230, 1, 984)]


def test_a_member_of_a_group_that_fills_cancels_an_entry_with_its_children() -> None:
    desk = Desk().quote(0, 1000, 1001)
    desk.submit(0, order(5, BUY, 1, limit=995, group=7))
    desk.submit(0, order(1, BUY, 1, limit=990, group=7), order(2, SELL, 1, stop=980, parent=1))
    desk.trade(100, 994)
    rows = desk.run()
    assert ("canceled", 1, 100, "group") in rows
    assert ("canceled", 2, 100, "parent") in rows
    assert desk.exchange.is_idle


def test_a_waiting_exit_is_filled_by_the_first_valid_quote() -> None:
    desk = long_entry().gap(2000).submit(2010, order(EXIT, SELL, 1, group=1, waits=True))
    desk.trade(2100, 1005).quote(2200, 1004, 1006)
    assert desk.fills_of(EXIT) == [(2200, 1, 1004)]
    assert desk.exchange.is_idle
