"""Limits and stop-limits that are no bracket's target, cancel and replace (METHOD.md 7.1 and 7.6)."""

from tests.exchange.desk import BUY, SELL, Desk, order


def resting(contracts: int = 2) -> Desk:
    """A buy at 999 that arrives at 50 ms with 10 ahead."""
    return Desk().quote(0, 999, 1001, 10, 10).submit(0, order(1, BUY, contracts, limit=999))


def test_a_marketable_limit_fills_up_to_its_limit_and_the_rest_rests() -> None:
    """5 up to 1002 on 2 shown: 2 at 1001, 2 at 1002, and 1 rests at 1002, over the bid: a trade there fills it."""
    desk = Desk().quote(0, 1000, 1001, 9, 2).submit(0, order(1, BUY, 5, limit=1002)).trade(100, 1002)
    assert desk.fills() == [(1, 50, 2, 1001), (1, 50, 2, 1002), (1, 100, 1, 1002)]
    sold = Desk().quote(0, 1000, 1001, 2, 9).submit(0, order(1, SELL, 5, limit=999)).quote(100, 1003, 1004)
    assert sold.fills() == [(1, 50, 2, 1000), (1, 50, 2, 999), (1, 100, 1, 999)]


def test_a_marketable_limit_gets_the_touch_not_its_limit() -> None:
    """Up to 1005, the ask is 1001."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 1, limit=1005)).gap(100)
    assert desk.fills() == [(1, 50, 1, 1001)]


def test_a_limit_that_is_not_marketable_rests_behind_its_touch() -> None:
    """10 ahead at 999; a trade of 11 leaves 1."""
    assert resting().trade(100, 999, 11).fills() == [(1, 100, 1, 999)]


def test_a_limit_without_a_quote_rests_and_meets_the_first() -> None:
    """1003/1004 at 100 ms is not through 1003; 1002/1003 at 200 ms is: whole, at its own price."""
    desk = Desk().submit(0, order(1, BUY, 5, limit=1003)).quote(100, 1003, 1004, 7, 1).quote(200, 1002, 1003, 1, 1)
    assert desk.fills() == [(1, 200, 5, 1003)]


def test_a_stop_limit_becomes_a_limit_when_triggered() -> None:
    """Buy at 1005 up to 1006 on 2 shown: the trade at 1005 lets it take 2 at 1005 and 2 at 1006; 1 rests at 1006."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 5, stop=1005, limit=1006)).quote(100, 1004, 1005, 9, 2)
    desk.trade(200, 1004).trade(300, 1005).trade(400, 1006)
    assert desk.run() == [
        ("accepted", 1, 50),
        ("triggered", 1, 300),
        ("filled", 1, 300, 2, 1005),
        ("filled", 1, 300, 2, 1006),
        ("filled", 1, 400, 1, 1006),
    ]


def test_a_stop_limit_triggered_without_a_quote_rests() -> None:
    """Sell at 995, not under 994; no quote: it rests from 100 ms on, and the bid of 994 at 200 ms fills it at 994."""
    desk = Desk().submit(0, order(1, SELL, 1, stop=995, limit=994)).trade(100, 990).quote(200, 994, 996)
    assert desk.run()[1:] == [("triggered", 1, 100), ("filled", 1, 200, 1, 994)]


def test_a_brackets_stop_limit_is_no_target() -> None:
    """Sold from 995 down to 990: at the bid of 994, not at its limit."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 1), order(2, SELL, 1, stop=995, limit=990, parent=1))
    assert desk.quote(60, 994, 995).trade(70, 995).fills() == [(1, 50, 1, 1001), (2, 70, 1, 994)]


def test_cancel_takes_the_latency_and_may_come_too_late() -> None:
    """Sent at 100 ms: a trade under 999 at 149 ms still fills, one at 150 ms doesn't."""
    assert resting().cancel(100, 1).trade(149, 998).trade(160, 998).run()[1:] == [
        ("filled", 1, 149, 2, 999),
        ("refused", 1, 150),
    ]
    assert resting().cancel(100, 1).trade(150, 998).run()[1:] == [("canceled", 1, 150, "asked")]


def test_cancel_and_replace_of_an_unknown_order_are_refused() -> None:
    desk = (
        Desk().submit(0, order(2, BUY, 1), order(3, SELL, 1, stop=9, parent=2)).cancel(0, 7).replace(0, 7, 1, limit=5)
    )
    assert desk.gap(100).run()[-2:] == [("refused", 7, 50), ("refused", 7, 50)]


def test_replace_of_what_is_gone_is_refused() -> None:
    assert resting().trade(60, 998).replace(100, 1, 1, limit=999).gap(200).run()[-1] == ("refused", 1, 150)


def test_fewer_contracts_at_the_price_keep_the_queue() -> None:
    """10 ahead, 50 shown when it is made smaller: still 10, so a trade of 11 fills the 1."""
    desk = resting().quote(60, 999, 1001, 50, 10).replace(100, 1, 1, limit=999).trade(200, 999, 11)
    assert desk.fills() == [(1, 200, 1, 999)]


def test_as_many_contracts_at_the_price_keep_the_queue() -> None:
    desk = resting().quote(60, 999, 1001, 50, 10).replace(100, 1, 2, limit=999).trade(200, 999, 11)
    assert desk.fills() == [(1, 200, 1, 999)]


def test_more_contracts_queue_anew() -> None:
    """50 are shown when it grows to 3: 50 ahead, a trade of 51 fills 1."""
    desk = resting().quote(60, 999, 1001, 50, 10).replace(100, 1, 3, limit=999).trade(200, 999, 50).trade(210, 999)
    assert desk.fills() == [(1, 210, 1, 999)]


def test_another_price_queues_anew() -> None:
    """Moved to 998 and back: the 50 shown at its return are ahead."""
    desk = resting().quote(60, 999, 1001, 50, 10).replace(100, 1, 2, limit=998).replace(101, 1, 2, limit=999)
    assert desk.trade(200, 999, 51).fills() == [(1, 200, 1, 999)]


def test_replaced_to_marketable_it_fills_as_a_market_order_up_to_its_limit() -> None:
    """To 1002 at 150 ms, 1 shown at 1001: 1 at 1001, 1 at 1002."""
    desk = resting().quote(60, 999, 1001, 9, 1).replace(100, 1, 2, limit=1002).gap(200)
    assert desk.run()[1:] == [("accepted", 1, 150), ("filled", 1, 150, 1, 1001), ("filled", 1, 150, 1, 1002)]


def test_a_stop_takes_its_new_price_and_size() -> None:
    """From 2 at 1005 to 1 at 1003, then to 3: a trade at 1003 buys 3 at max(1003, 1001)."""
    desk = Desk().quote(0, 1000, 1001).submit(0, order(1, BUY, 2, stop=1005)).replace(100, 1, 1, stop=1003)
    assert desk.replace(110, 1, 3, stop=1003).trade(200, 1002).trade(300, 1003).fills() == [(1, 300, 3, 1003)]


def test_two_orders_at_one_price_stand_in_their_own_queues() -> None:
    """The first has 10 ahead, the second, later, 30; a trade of 11 fills 1 of the first only."""
    desk = resting().quote(60, 999, 1001, 30, 10).submit(100, order(2, BUY, 1, limit=999)).gap(160)
    assert desk.trade(200, 999, 11).fills() == [(1, 200, 1, 999)]


def test_our_own_orders_never_meet() -> None:
    """A buy up to 1001 and a sale from 1000 on inside the spread of 990/1010 rest side by side."""
    desk = Desk().quote(0, 990, 1010).submit(0, order(1, BUY, 1, limit=1001)).submit(0, order(2, SELL, 1, limit=1000))
    assert desk.quote(100, 990, 1010).fills() == []
