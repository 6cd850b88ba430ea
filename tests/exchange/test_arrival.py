"""Latency, orders at market, exits that wait, sessions and breaks (METHOD.md 7.1 and 7.2)."""

from typing import Any

import pytest

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Accepted, Order
from simulator.exchange.venue import Exchange
from system.domain.settings import FOREVER_NS
from system.domain.ticks import empty_batch
from tests.exchange.desk import BUY, ENTRY, EXIT, MS, SELL, STOP, TARGET, Desk, bracket, exits, long_entry, order


def bought(contracts: int = 1) -> Desk:
    """A buy at market that leaves at 1,000 ms and arrives at 1,050 ms."""
    return Desk().quote(0, 1000, 1001).submit(1000, order(1, BUY, contracts))


def exiting() -> Desk:
    """Long 1; an exit at market leaves at 2,000 ms and arrives at 2,050 ms."""
    return long_entry().submit(2000, order(EXIT, SELL, 1, group=1, waits=True))


def test_an_order_acts_after_the_latency_on_the_book_before_its_arrival() -> None:
    """1000 + 50 ms: it sees the quote of 1,049 ms, not that of 1,050 ms."""
    desk = bought().quote(1049, 1002, 1003).quote(1050, 1010, 1011)
    assert desk.run() == [("accepted", 1, 1050), ("filled", 1, 1050, 1, 1003)]


def test_of_events_at_its_arrival_it_sees_none() -> None:
    """Three quotes at 1,050 ms: it acts before the first, at the ask of 0 ms."""
    desk = bought().quote(1050, 1002, 1003).quote(1050, 1003, 1004).quote(1050, 1004, 1005)
    assert desk.fills() == [(1, 1050, 1, 1001)]


def test_of_events_at_one_time_before_it_the_last_counts() -> None:
    """Two quotes at 1,040 ms: 1003, then 1005."""
    assert bought().quote(1040, 1002, 1003).quote(1040, 1004, 1005).gap(1060).fills() == [(1, 1050, 1, 1005)]


@pytest.mark.parametrize("event", ["gap", "seed"])
def test_a_gap_or_a_seed_lets_it_act(event: str) -> None:
    """Either stands at 1,050 ms; the quote before it prevails for the order."""
    desk = bought()
    getattr(desk, event)(1050)
    assert desk.fills() == [(1, 1050, 1, 1001)]


def test_with_no_event_left_it_never_acts() -> None:
    """The last event is at 1,049 ms."""
    desk = bought().quote(1049, 1000, 1001)
    assert desk.run() == []
    assert desk.exchange.next_arrival_ns == 1050 * MS
    assert not desk.exchange.is_idle


def test_commands_of_one_time_act_in_the_order_they_were_sent() -> None:
    """Cancel after submit, all sent at 0 ms: rests, then goes; the trade at 900 finds nothing."""
    desk = Desk().submit(0, order(1, BUY, 1, limit=990)).cancel(0, 1).trade(100, 900)
    assert desk.run() == [("accepted", 1, 50), ("canceled", 1, 50, "asked")]


def test_commands_come_in_the_order_of_time() -> None:
    exchange = Exchange(latency_ns=1)
    exchange.cancel(1, 10)
    with pytest.raises(AssertionError, match="time order"):
        exchange.cancel(1, 9)


def test_an_order_has_contracts_and_children_their_entry() -> None:
    exchange = Exchange(latency_ns=1)
    with pytest.raises(AssertionError):
        exchange.submit((order(1, BUY, 0),), 0)
    with pytest.raises(AssertionError):
        exchange.submit((order(1, BUY, 1, stop=5, parent=7),), 0)
    with pytest.raises(AssertionError):
        exchange.replace(1, 0, contracts=0)


def test_advance_stops_before_the_time_it_is_given() -> None:
    """Up to 1,055 ms: the order of 1,050 ms acts and the event of 1,052 ms is met, that of 1,055 ms is not."""
    desk = bought().gap(1052).gap(1055)
    exchange, batch = Exchange(latency_ns=50 * MS), desk.batch()
    exchange.submit((Order(order_id=1, side=1, contracts=1, type=OrderType.LIMIT, limit_ticks=1000),), 1000 * MS)
    assert exchange.advance(batch, 0, 3, 1055 * MS) == (1, [Accepted(order_id=1, ts_ns=1050 * MS)])
    assert exchange.advance(batch, 1, 3, 1055 * MS) == (2, [])
    assert exchange.advance(batch, 2, 3, 1055 * MS) == (2, [])
    assert exchange.advance(batch, 2, 3) == (3, [])
    assert exchange.next_arrival_ns == FOREVER_NS


def test_a_command_due_at_the_time_given_acts_before_it_is_reached() -> None:
    """Due at 1,050 ms, asked up to 1,050 ms, the next event at 2,000 ms."""
    exchange = Exchange(latency_ns=50 * MS)
    exchange.submit((order(1, BUY, 1, limit=1000),), 1000 * MS)
    assert exchange.advance(Desk().gap(2000).batch(), 0, 1, 1050 * MS) == (0, [Accepted(order_id=1, ts_ns=1050 * MS)])
    assert exchange.advance(empty_batch(0), 0, 0) == (0, [])


def test_contracts_beyond_the_displayed_size_fill_a_tick_worse_each() -> None:
    """10 on 4 shown: 4 at 1001, 4 at 1002, 2 at 1003; 5 sold on 4 shown: 4 at 1000, 1 at 999."""
    desk = bought(10).quote(1010, 1000, 1001, 9, 4).gap(2000)
    assert desk.fills() == [(1, 1050, 4, 1001), (1, 1050, 4, 1002), (1, 1050, 2, 1003)]
    sold = Desk().quote(0, 1000, 1001, 4, 9).submit(0, order(1, SELL, 5)).gap(100)
    assert sold.fills() == [(1, 50, 4, 1000), (1, 50, 1, 999)]


def no_quote(desk: Desk, what: str) -> Desk:
    if what == "gap":
        return desk.gap(1020)
    sizes = {"no bid": (0, 5), "no ask": (5, 0), "neither": (0, 0), "negative": (-1, 5)}[what]
    return desk.quote(1020, 1000, 1001, *sizes)


@pytest.mark.parametrize("what", ["gap", "no bid", "no ask", "neither", "negative"])
def test_an_entry_without_a_quote_is_canceled_with_its_children(what: str) -> None:
    """The quote goes at 1,020 ms; that of 2 s comes too late."""
    desk = no_quote(Desk().quote(0, 1000, 1001).submit(1000, *bracket(BUY, 1, stop=993, target=1017)), what)
    assert desk.quote(2000, 1000, 1001).trade(3000, 900).run() == [
        ("accepted", ENTRY, 1050),
        ("canceled", ENTRY, 1050, "no_quote"),
        ("canceled", STOP, 1050, "parent"),
        ("canceled", TARGET, 1050, "parent"),
    ]
    assert desk.exchange.is_idle
    assert desk.exchange.quote == (1000, 1001)


def test_before_the_first_quote_there_is_none() -> None:
    desk = Desk().submit(0, order(1, BUY, 1)).quote(50, 1000, 1001)
    assert desk.run()[-1] == ("canceled", 1, 50, "no_quote")


@pytest.mark.parametrize("bid", [1001, 1005])
def test_a_locked_or_crossed_quote_changes_nothing(bid: int) -> None:
    """1001/1001 or 1005/1001 at 1,020 ms: 1000/1001 prevails on."""
    desk = bought().quote(1020, bid, 1001).gap(2000)
    assert desk.fills() == [(1, 1050, 1, 1001)]


@pytest.mark.parametrize("bid", [1001, 1005])
def test_a_crossed_quote_with_a_side_missing_is_one_sided(bid: int) -> None:
    assert bought().quote(1020, bid, 1001, 0, 5).gap(2000).fills() == []


def test_an_exit_at_market_sells_at_the_bid_and_cancels_the_rest() -> None:
    """Long at 1001; at 2,050 ms the bid is 1000."""
    desk = exiting().gap(2100)
    assert exits(desk) == [(EXIT, 2050, 1, 1000)]
    assert desk.run()[-2:] == [("canceled", STOP, 2050, "group"), ("canceled", TARGET, 2050, "group")]


def test_an_exit_waits_for_a_valid_quote_and_acts_before_the_target_meets_it() -> None:
    """No ask from 2,010 ms; crossed at 3 s; 1020/1021 at 4 s would fill the target at 1017: the exit sells at 1020."""
    desk = exiting().quote(2010, 1000, 1001, 5, 0).quote(3000, 1005, 1004).quote(4000, 1020, 1021)
    assert exits(desk) == [(EXIT, 4000, 1, 1020)]


def test_trades_pass_a_waiting_exit_but_not_the_stop() -> None:
    """A trade at 1005 does nothing, one at 993 hits the stop without a quote."""
    desk = exiting().gap(2010).trade(3000, 1005).trade(3001, 993).quote(4000, 1000, 1001)
    assert exits(desk) == [(STOP, 3001, 1, 993)]


def test_a_waiting_exit_may_be_canceled_or_made_smaller() -> None:
    """Of 3 it is to sell 2 in the end; a second one, canceled, sells none."""
    desk = Desk().submit(0, order(1, SELL, 3, waits=True)).submit(0, order(2, SELL, 1, waits=True)).gap(60)
    assert desk.replace(100, 1, 2).cancel(100, 2).quote(200, 1000, 1001).fills() == [(1, 200, 2, 1000)]


def test_a_waiting_exit_made_larger_waits_on() -> None:
    desk = Desk().submit(0, order(1, SELL, 1, waits=True)).replace(1, 1, 3).gap(100).quote(200, 1000, 1001)
    assert desk.fills() == [(1, 200, 3, 1000)]


@pytest.mark.parametrize(("issued", "expected"), [(1949, [(1, 1999, 1, 1000)]), (1950, [(1, 9000, 1, 995)])])
def test_from_the_break_on_no_quote_prevails(issued: int, expected: list[Any]) -> None:
    """The break begins at 2,000 ms: an exit due at 1,999 ms sells at the bid, one due at 2,000 ms waits."""
    exchange, reports = Exchange(latency_ns=50 * MS), []
    exchange.begin_session(2000 * MS)
    exchange.advance(Desk().quote(0, 1000, 1001).batch(), 0, 1)
    exchange.submit((order(1, SELL, 1, waits=True),), issued * MS)
    reports += exchange.arrive()
    exchange.begin_session(20_000 * MS)
    reports += exchange.advance(Desk().quote(9000, 995, 996).batch(), 0, 1)[1]
    assert [
        (r.order_id, r.ts_ns // MS, r.contracts, r.price_ticks) for r in reports if hasattr(r, "contracts")
    ] == expected


def test_at_the_open_no_quote_prevails() -> None:
    """1000/1001 of the session before is gone: an entry that arrives before the first quote is canceled."""
    exchange = Exchange(latency_ns=50 * MS)
    exchange.begin_session(2000 * MS)
    exchange.advance(Desk().quote(0, 1000, 1001).batch(), 0, 1)
    assert exchange.quote == (1000, 1001)
    exchange.begin_session(9000 * MS)
    assert exchange.quote is None
    exchange.submit((order(1, BUY, 1),), 3000 * MS)
    canceled = exchange.arrive()[-1]
    assert (canceled.order_id, canceled.ts_ns) == (1, 3050 * MS)


def test_an_order_rests_over_the_break() -> None:
    """A buy at 995 of one session is filled by a trade at 994 of the next."""
    exchange = Exchange(latency_ns=50 * MS)
    exchange.begin_session(2000 * MS)
    exchange.submit((order(1, BUY, 1, limit=995),), 0)
    exchange.advance(Desk().gap(100).batch(), 0, 1)
    exchange.begin_session(9000 * MS)
    _, reports = exchange.advance(Desk().trade(3000, 994).batch(), 0, 1)
    assert [report.ts_ns for report in reports] == [3000 * MS]
