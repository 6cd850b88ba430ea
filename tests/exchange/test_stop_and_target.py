"""A bracket's stop and target at rest: worse of trade and touch, and the queue (METHOD.md 7.3 and 7.4).

Long entries are bought at 1001 with stop 993 and target 1017, short ones sold at 1000 with stop 1008 and target 984.
"""

import pytest

from tests.exchange.desk import BUY, ENTRY, STOP, TARGET, Desk, bracket, exits, long_entry, short_entry


@pytest.mark.parametrize(
    ("bid", "trade", "filled"),
    [(995, 993, 993), (990, 993, 990), (990, 985, 985), (993, 993, 993), (990, 994, None)],
)
def test_a_sell_stop_fills_at_the_worse_of_trade_and_bid(bid: int, trade: int, filled: int | None) -> None:
    """min(trade, bid) when the trade is at or under 993; 994 doesn't trigger it."""
    found = exits(long_entry().quote(2000, bid, bid + 1).trade(3000, trade))
    assert found == ([] if filled is None else [(STOP, 3000, 1, filled)])


@pytest.mark.parametrize(("ask", "trade", "filled"), [(1012, 1008, 1012), (1002, 1010, 1010), (1012, 1007, None)])
def test_a_buy_stop_fills_at_the_worse_of_trade_and_ask(ask: int, trade: int, filled: int | None) -> None:
    """max(trade, ask) when the trade is at or over 1008."""
    found = exits(short_entry().quote(2000, ask - 2, ask).trade(3000, trade))
    assert found == ([] if filled is None else [(STOP, 3000, 1, filled)])


def test_a_stop_without_a_quote_fills_whole_at_the_trade() -> None:
    """30 at 992: without a quote no size is displayed."""
    assert exits(long_entry(30).quote(2000, 990, 991, 5, 0).trade(3000, 992)) == [(STOP, 3000, 30, 992)]
    assert exits(short_entry(30).gap(2000).trade(3000, 1009)) == [(STOP, 3000, 30, 1009)]


def test_a_stop_beyond_the_displayed_size() -> None:
    """7 on 3 shown, from the trade's 988 on (the bid is 990): 3 at 988, 3 at 987, 1 at 986."""
    desk = long_entry(7).quote(2000, 990, 991, 3, 9).trade(3000, 988)
    assert exits(desk) == [(STOP, 3000, 3, 988), (STOP, 3000, 3, 987), (STOP, 3000, 1, 986)]
    short = short_entry(3).quote(2000, 1009, 1010, 9, 2).trade(3000, 1008)
    assert exits(short) == [(STOP, 3000, 2, 1010), (STOP, 3000, 1, 1011)]


def test_quotes_do_not_trigger_a_stop() -> None:
    """980/981 is far under 993, the trade at 994 is not."""
    assert exits(long_entry().quote(2000, 980, 981).trade(3000, 994)) == []


@pytest.mark.parametrize("size", [0, -5])
def test_an_invalid_trade_does_nothing(size: int) -> None:
    assert exits(long_entry().trade(2000, 900, size).trade(2001, 1100, size)) == []


def test_the_first_print_at_the_stop_fills_it_and_the_next_finds_nothing() -> None:
    """Two prints at one time, 993 and 990: sold at min(993, 1000) = 993."""
    assert exits(long_entry().trade(2000, 993).trade(2000, 990)) == [(STOP, 2000, 1, 993)]


def test_exits_do_not_see_what_was_before_the_entry() -> None:
    """A trade at 990 before the fill at 1,050 ms, another at its very time after it."""
    assert exits(long_entry().trade(1049, 990)) == []
    assert exits(long_entry().trade(1050, 990)) == [(STOP, 1050, 1, 990)]


def test_a_trade_beyond_fills_the_target_whole_at_its_price() -> None:
    """3 at 1017 with a trade of 1 at 1018; bought back at 984 with a trade at 983."""
    assert exits(long_entry(3).quote(2000, 1010, 1011).trade(3000, 1018, 1)) == [(TARGET, 3000, 3, 1017)]
    assert exits(short_entry(3).trade(3000, 983, 1)) == [(TARGET, 3000, 3, 984)]


@pytest.mark.parametrize("bid", [1017, 1019])
def test_an_opposite_touch_at_or_through_it_fills_the_target(bid: int) -> None:
    assert exits(long_entry(3).quote(2000, bid, bid + 1, 1, 1)) == [(TARGET, 2000, 3, 1017)]
    assert exits(short_entry(3).quote(2000, 2000 - bid, 2001 - bid, 1, 1)) == [(TARGET, 2000, 3, 984)]


def test_what_is_displayed_at_first_touch_is_ahead() -> None:
    """10 ahead; trades of 6 and 4 use them up, the next 1 is ours."""
    desk = long_entry().quote(2000, 1016, 1017, 9, 10).trade(3000, 1017, 6).trade(4000, 1017, 4).trade(5000, 1017)
    assert exits(desk) == [(TARGET, 5000, 1, 1017)]
    short = short_entry().quote(2000, 984, 985, 10, 9).trade(3000, 984, 10).trade(5000, 984)
    assert exits(short) == [(TARGET, 5000, 1, 984)]


def test_what_a_trade_leaves_over_fills_in_part() -> None:
    """12 - 10 ahead = 2, then 2, then the last 1 of a trade of 9."""
    desk = long_entry(5).quote(2000, 1016, 1017, 9, 10).trade(3000, 1017, 12).trade(4000, 1017, 2).trade(5000, 1017, 9)
    assert exits(desk) == [(TARGET, 3000, 2, 1017), (TARGET, 4000, 2, 1017), (TARGET, 5000, 1, 1017)]


def test_less_displayed_at_the_price_lowers_the_queue_more_does_not_raise_it() -> None:
    """10 ahead, 3 shown, 50 shown: 3 ahead. A trade of 4 leaves 1."""
    desk = long_entry().quote(2000, 1016, 1017, 9, 10).quote(3000, 1016, 1017, 9, 3).quote(4000, 1016, 1017, 9, 50)
    assert exits(desk.trade(5000, 1017, 4)) == [(TARGET, 5000, 1, 1017)]


def test_the_queue_stands_while_a_better_touch_comes_and_goes() -> None:
    """10 ahead at 1017; the ask goes to 1016 (2 shown) and comes back with 50: still 10, and the 11th is ours."""
    desk = long_entry().quote(2000, 1016, 1017, 9, 10).quote(3000, 1015, 1016, 9, 2).quote(4000, 1016, 1017, 9, 50)
    assert exits(desk.trade(5000, 1017, 10)) == []
    assert exits(desk.trade(6000, 1017)) == [(TARGET, 6000, 1, 1017)]


def test_nothing_is_ahead_of_a_price_better_than_its_touch_and_it_stays_so() -> None:
    """The ask is 1018 once; after that 50 at 1017 stand behind us. The same with 10 ahead before."""
    assert exits(long_entry().quote(2000, 1015, 1018).trade(3000, 1017)) == [(TARGET, 3000, 1, 1017)]
    stays = long_entry().quote(2000, 1015, 1018).quote(2500, 1016, 1017, 9, 50).trade(3000, 1017)
    assert exits(stays) == [(TARGET, 3000, 1, 1017)]
    later = long_entry().quote(2000, 1016, 1017, 9, 10).quote(3000, 1015, 1018).quote(4000, 1016, 1017, 9, 50)
    assert exits(later.trade(5000, 1017)) == [(TARGET, 5000, 1, 1017)]


def test_a_trade_at_the_price_before_any_quote_set_a_queue() -> None:
    """2 of 4 fill; 50 shown at 1017 afterwards stand behind us, the next trade of 1 is ours."""
    desk = long_entry(4).quote(2000, 1010, 1011).trade(3000, 1017, 2).quote(4000, 1016, 1017, 9, 50).trade(5000, 1017)
    assert exits(desk) == [(TARGET, 3000, 2, 1017), (TARGET, 5000, 1, 1017)]


def test_a_gap_takes_the_quote_and_leaves_the_queue() -> None:
    """10 ahead; a gap; 50 shown: still 10 ahead, a trade of 11 leaves 1."""
    desk = long_entry().quote(2000, 1016, 1017, 9, 10).gap(3000).quote(4000, 1016, 1017, 9, 50).trade(5000, 1017, 11)
    assert exits(desk) == [(TARGET, 5000, 1, 1017)]
    assert long_entry().gap(3000).run()
    assert exits(long_entry().gap(3000).trade(4000, 992)) == [(STOP, 4000, 1, 992)]


def test_the_quote_prevailing_at_the_fill_is_the_targets_first() -> None:
    """At 1,020 ms 10 are shown at 1017 and the entry buys there: 10 ahead, not the 50 of 2 s."""
    desk = long_entry().quote(1020, 1016, 1017, 9, 10).quote(2000, 1016, 1017, 9, 50).trade(3000, 1017, 10)
    assert exits(desk) == []
    assert exits(desk.trade(4000, 1017)) == [(TARGET, 4000, 1, 1017)]


def test_a_target_marketable_on_arrival_fills_whole_at_its_price_stamped_on_arrival() -> None:
    """Bought 3 at 1020; the bid of 1018 shows 1 and is through 1017: 3 sold at 1017 at 1,050 ms, a loss of 3 ticks."""
    desk = long_entry(3).quote(1020, 1018, 1020, 1, 9).gap(2000)
    assert desk.fills() == [(ENTRY, 1050, 3, 1020), (TARGET, 1050, 3, 1017)]


def test_a_one_sided_or_crossed_quote_does_not_touch_the_queue() -> None:
    """10 ahead; neither 1 shown at 1017 without a bid nor a crossed 1018/1017 with 1 lowers it."""
    desk = long_entry().quote(2000, 1016, 1017, 9, 10).quote(2100, 1016, 1017, 0, 1).quote(2200, 1018, 1017, 9, 1)
    assert exits(desk.trade(3000, 1017, 10)) == []


def test_both_exits_at_one_time_go_by_the_tape() -> None:
    """Trades at 1018 and 993 at one time: the first closes the position, the second finds nothing; and turned round."""
    assert exits(long_entry().trade(2000, 1018).trade(2000, 993)) == [(TARGET, 2000, 1, 1017)]
    assert exits(long_entry().trade(2000, 993).trade(2000, 1018)) == [(STOP, 2000, 1, 993)]


def test_seeds_do_nothing() -> None:
    desk = Desk().quote(0, 1000, 1001).seed(1).submit(10, *bracket(BUY, 1, stop=993, target=1017)).seed(100)
    assert desk.fills() == [(ENTRY, 60, 1, 1001)]
