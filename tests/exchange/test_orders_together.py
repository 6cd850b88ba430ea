"""Groups, children and many orders at once: what one order's fill does to the others (METHOD.md 7.5)."""

from tests.exchange.desk import BUY, ENTRY, EXIT, SELL, STOP, TARGET, Desk, bracket, exits, long_entry, order


def test_a_stop_cancels_its_target_at_once() -> None:
    """Long 2 at 1001, trade at 993 at 3 s: the stop fills 2, the target has 0 left and goes at the same instant."""
    rows = long_entry(2).trade(3000, 993).run()
    assert rows[-2:] == [("filled", STOP, 3000, 2, 993), ("canceled", TARGET, 3000, "group")]


def test_a_part_of_the_target_shrinks_the_stop() -> None:
    """5 long; 10 ahead of the target and a trade of 12: 2 fill, the stop is for 5 - 2 = 3."""
    desk = long_entry(5).quote(2000, 1016, 1017, 9, 10).trade(3000, 1017, 12).trade(4000, 993)
    assert exits(desk) == [(TARGET, 3000, 2, 1017), (STOP, 4000, 3, 993)]


def test_a_part_of_the_target_shrinks_an_exit_on_its_way() -> None:
    """The exit of 5 leaves at 2 s; at 2,010 ms the target fills 12 - 10 = 2, so that 3 arrive at 2,050 ms."""
    desk = long_entry(5).quote(2000, 1016, 1017, 9, 10).submit(2000, order(EXIT, SELL, 5, group=1, waits=True))
    desk.trade(2010, 1017, 12).quote(2100, 1000, 1001)
    assert exits(desk) == [(TARGET, 2010, 2, 1017), (EXIT, 2050, 3, 1016)]
    assert desk.run()[-2:] == [("canceled", STOP, 2050, "group"), ("canceled", TARGET, 2050, "group")]


def test_a_stop_cancels_an_exit_on_its_way() -> None:
    """The exit would arrive at 2,050 ms; the stop is hit at 2,010 ms. Nothing is left on its way."""
    desk = long_entry().submit(2000, order(EXIT, SELL, 1, group=1, waits=True)).trade(2010, 990).trade(2100, 980)
    assert exits(desk) == [(STOP, 2010, 1, 990)]
    assert ("canceled", EXIT, 2010, "group") in desk.run()
    assert desk.exchange.is_idle


def test_nothing_is_left_on_its_way_when_the_tape_ends_with_the_stop() -> None:
    """As before, without an event after the stop's: the empty command doesn't linger."""
    desk = long_entry().submit(2000, order(EXIT, SELL, 1, group=1, waits=True)).trade(2010, 990)
    desk.run()
    assert desk.exchange.is_idle


def test_other_commands_on_their_way_are_left_alone() -> None:
    """Of what leaves at 2 s only group 1 is reduced by the stop at 2,010 ms: the buy of group 2 and the one alone fill."""
    desk = long_entry().submit(2000, order(5, BUY, 1, group=2), order(6, BUY, 1), order(EXIT, SELL, 1, group=1))
    desk.submit(2001, order(7, BUY, 1)).cancel(2002, 99).trade(2010, 990).quote(2100, 1000, 1001)
    assert exits(desk)[1:] == [(5, 2050, 1, 1001), (6, 2050, 1, 1001), (7, 2051, 1, 1001)]


def test_a_target_filled_on_arrival_leaves_no_stop_whatever_their_order() -> None:
    """Bought at 1021, target 1017 under the bid of 1020: filled at 1017 at once; the trade at 900 finds no stop."""
    entry, stop, target = bracket(BUY, 1, stop=993, target=1017)
    for children in ((stop, target), (target, stop)):
        desk = Desk().quote(0, 1020, 1021).submit(0, entry, *children).trade(100, 900)
        assert desk.fills() == [(ENTRY, 50, 1, 1021), (TARGET, 50, 1, 1017)]


def test_two_of_a_group_in_one_command_fill_once() -> None:
    """The first fills at 1001 on arrival; the second, canceled by it, doesn't see the trade at 998."""
    desk = (
        Desk()
        .quote(0, 1000, 1001)
        .submit(0, order(1, BUY, 1, limit=1001, group=5), order(2, BUY, 1, limit=999, group=5))
    )
    assert desk.trade(100, 998).fills() == [(1, 50, 1, 1001)]


def test_two_of_a_group_meet_one_trade_as_one() -> None:
    """Group of 3 each at 999; a trade of 2 at 999, before a queue was set, fills 2 of the first, which leaves 1 of each.

    The second order meets the trade too (orders never meet each other) and fills its 1: 3 in all, no more.
    """
    desk = (
        Desk()
        .quote(0, 1000, 1001)
        .submit(0, order(1, BUY, 3, limit=999, group=5), order(2, BUY, 3, limit=999, group=5))
    )
    assert desk.trade(100, 999, 2).trade(110, 990).fills() == [(1, 100, 2, 999), (2, 100, 1, 999)]


def test_groups_of_several_clients_do_not_meet() -> None:
    """Buy 1 and sell 1 at 1000.. rest side by side, cross in price, and each meets the tape alone."""
    desk = Desk().submit(0, order(1, BUY, 1, limit=1005, group=1)).submit(0, order(2, SELL, 1, limit=1000, group=2))
    desk.quote(100, 1002, 1003)
    assert desk.fills() == [(1, 100, 1, 1005), (2, 100, 1, 1000)]


def test_children_grow_with_a_limit_entry() -> None:
    """2 of 3 fill at 60 ms (trade of 2 at 999, no queue), 1 at 70 ms; the stop then sells 3."""
    desk = Desk().quote(0, 1000, 1001).submit(0, *bracket(BUY, 3, stop=993, target=1017, limit=999))
    desk.trade(60, 999, 2).trade(70, 999, 1).trade(80, 993)
    assert desk.fills() == [(1, 60, 2, 999), (1, 70, 1, 999), (STOP, 80, 3, 993)]
    assert desk.exchange.is_idle


def test_children_come_again_for_what_the_entry_fills_later() -> None:
    """1 of 3 fills and is stopped out at 993; the other 2 fill with it, and their stop waits for the next trade."""
    desk = Desk().quote(0, 1000, 1001).submit(0, *bracket(BUY, 3, stop=993, target=1017, limit=999))
    desk.trade(60, 999, 1).trade(80, 993).trade(90, 992)
    assert desk.fills() == [(1, 60, 1, 999), (1, 80, 2, 999), (STOP, 80, 1, 993), (STOP, 90, 2, 992)]


def test_cancel_of_an_entry_cancels_children_that_wait_and_leaves_those_at_rest() -> None:
    """The first entry filled 1 of 3: its stop stays and sells 1. The second filled none: its children go."""
    desk = Desk().quote(0, 1000, 1001).submit(0, *bracket(BUY, 3, stop=993, target=1017, limit=999)).trade(60, 999, 1)
    desk.cancel(100, ENTRY).trade(200, 993)
    assert desk.fills() == [(1, 60, 1, 999), (STOP, 200, 1, 993)]
    empty = Desk().submit(0, *bracket(BUY, 3, stop=993, target=1017, limit=999)).cancel(100, ENTRY).gap(200)
    assert [row[1:] for row in empty.run()[1:]] == [
        (ENTRY, 150, "asked"),
        (STOP, 150, "parent"),
        (TARGET, 150, "parent"),
    ]
    assert empty.exchange.is_idle


def test_a_canceled_child_stays_away() -> None:
    """Canceled while it waits, or at rest before the entry fills the rest: it doesn't come with the next fill."""
    waiting = Desk().submit(0, *bracket(BUY, 2, stop=993, target=1017, limit=999)).cancel(1, TARGET)
    waiting.trade(100, 998).quote(200, 1020, 1021).trade(300, 990)
    assert waiting.fills() == [(1, 100, 2, 999), (STOP, 300, 2, 990)]
    resting = Desk().submit(0, *bracket(BUY, 2, stop=993, target=1017, limit=999)).trade(60, 999, 1)
    resting.cancel(100, TARGET).trade(200, 998).quote(300, 1020, 1021).trade(400, 990)
    assert resting.fills() == [(1, 60, 1, 999), (1, 200, 1, 999), (STOP, 400, 2, 990)]


def test_a_replaced_child_comes_with_its_new_price() -> None:
    """While it waits for the entry its target goes from 1017 to 1010, its stop from 993 to 996."""
    desk = Desk().submit(0, *bracket(BUY, 1, stop=993, target=1017, limit=999)).replace(1, TARGET, 1, limit=1010)
    desk.replace(2, STOP, 1, stop=996).trade(100, 998)
    assert exits(desk.trade(200, 1011)) == [(TARGET, 200, 1, 1010)]
    desk.events.pop()
    assert exits(desk.trade(200, 996)) == [(STOP, 200, 1, 996)]


def test_an_entry_canceled_by_its_group_takes_its_children_along() -> None:
    """Entries at 990 and 995 in one group, the first with a stop; a trade at 994 fills the second."""
    first = (order(1, BUY, 1, limit=990, group=7), order(2, SELL, 1, stop=980, parent=1))
    at_rest = Desk().submit(0, *first).submit(0, order(5, BUY, 1, limit=995, group=7)).trade(100, 994)
    assert at_rest.run()[-3:] == [
        ("filled", 5, 100, 1, 995),
        ("canceled", 1, 100, "group"),
        ("canceled", 2, 100, "parent"),
    ]
    assert at_rest.exchange.is_idle
    on_its_way = Desk().submit(0, order(5, BUY, 1, limit=995, group=7)).submit(20, *first).trade(60, 994)
    assert on_its_way.run()[-3:] == [
        ("filled", 5, 60, 1, 995),
        ("canceled", 1, 60, "group"),
        ("canceled", 2, 60, "parent"),
    ]
    assert on_its_way.exchange.is_idle


def test_fills_count_against_new_terms_on_their_way() -> None:
    """Long 3. New terms for the stop (3 at 995) leave at 2 s; the target fills 11 - 10 = 1 at 2,010 ms: a stop for 2."""
    desk = long_entry(3).quote(2000, 1016, 1017, 9, 10).replace(2000, STOP, 3, stop=995).trade(2010, 1017, 11)
    assert exits(desk.trade(2100, 995)) == [(TARGET, 2010, 1, 1017), (STOP, 2100, 2, 995)]


def test_new_terms_used_up_on_their_way_cancel_the_rest() -> None:
    """3 at 999; 1 fills, and of the 2 left 1 is to be left; it fills on the way, so that the other goes on arrival."""
    desk = Desk().submit(0, order(1, BUY, 3, limit=999)).trade(60, 999, 1).replace(61, 1, 1, limit=999)
    assert desk.trade(70, 999, 1).trade(200, 990).run()[-2:] == [
        ("filled", 1, 70, 1, 999),
        ("canceled", 1, 111, "asked"),
    ]


def test_more_than_sixteen_orders_rest() -> None:
    """40 buys at 961 .. 1000; a trade at 980 fills whole the 20 above it, and 1 of the 1 at it."""
    desk = Desk().submit(0, *[order(i, BUY, 1, limit=960 + i) for i in range(1, 41)]).trade(100, 980)
    assert desk.fills() == [(i, 100, 1, 960 + i) for i in range(20, 41)]


def test_a_thousand_contracts_one_shown() -> None:
    """1,000 bought at 1001, 1002 .. 2000; all stopped at 990, 989 ..."""
    desk = (
        Desk()
        .quote(0, 1000, 1001, 1, 1)
        .submit(0, *bracket(BUY, 1000, stop=993, target=5000))
        .quote(100, 991, 992, 1, 1)
    )
    fills = desk.trade(200, 990).fills()
    assert fills[:1000] == [(ENTRY, 50, 1, 1001 + i) for i in range(1000)]
    assert fills[1000:] == [(STOP, 200, 1, 990 - i) for i in range(1000)]


def test_a_thousand_contracts_wait_for_a_quote_that_shows_one() -> None:
    """The exit finds no quote at 2,050 ms and waits; at 3 s it sells at 1000, 999 .. 1."""
    desk = long_entry(1000).gap(1900).submit(2000, order(EXIT, SELL, 1000, group=1, waits=True)).gap(2100)
    assert desk.quote(3000, 1000, 1001, 1, 1).fills_of(EXIT) == [(3000, 1, 1000 - i) for i in range(1000)]


def test_children_that_grew_have_room_for_their_reports() -> None:
    """The entry fills 1 of 6, then 5; three stops of 6 without a group then fill 1 a level: 18 fills at one trade."""
    stops = [order(i, SELL, 6, stop=990, parent=1) for i in (2, 3, 4)]
    desk = Desk().quote(0, 1000, 1001, 1, 1).submit(0, order(1, BUY, 6, limit=995), *stops)
    desk.trade(100, 995, 1).trade(120, 994).quote(130, 989, 995, 1, 1).trade(140, 989)
    assert desk.fills()[2:] == [(i, 140, 1, 989 - level) for i in (2, 3, 4) for level in range(6)]
