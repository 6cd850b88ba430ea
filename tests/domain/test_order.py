"""The order brain on a good day: brackets go out whole, fills are told, everything ends."""

import pytest

from system.domain.order_events import HaltAsked, Journal, Place, ResumeAsked, Terms
from tests.domain.order_pit import BEGIN, Pit


def test_a_bracket_is_journaled_then_sent_as_one_write() -> None:
    pit = Pit(mute=True)
    pit.link()
    pit.deliver()
    commands = pit.enter(contracts=3)
    assert [type(command) for command in commands] == [Journal, Place]
    ref = f"bn1-{BEGIN}"
    entry = Terms(order_id=1, ref=ref, side=1, contracts=3, type="MKT")
    exits = {"ref": ref, "side": -1, "contracts": 3, "tif": "GTC", "group": ref, "group_type": 2, "parent_id": 1}
    target = Terms(order_id=2, type="LMT", limit_ticks=4017, **exits)
    stop = Terms(order_id=3, type="STP", stop_ticks=3993, **exits)
    assert commands[1] == Place(orders=(entry, target, stop))
    assert all(terms.outside_rth and terms.trigger_method == 2 for terms in (entry, target, stop))


def test_a_trade_runs_from_entry_to_target_and_the_gate_is_told() -> None:
    pit = Pit()
    pit.open(contracts=2)
    pit.fill("target")
    assert pit.fills() == [(1, 2, 4000, "entry"), (-1, 2, 4000, "target")]
    assert pit.states() == ["entry filled", "target filled", "stop canceled"]
    assert (pit.canceled(), pit.alerts(), pit.ended(), pit.state.book.position) == ([], [], [], 0)
    pit.pass_s(30)
    assert pit.enter(-1, 2)
    assert pit.of("stop").price_ticks == 4008


@pytest.mark.parametrize("reason", ["opposite", "flatten"])
def test_a_close_joins_the_exits_group(reason: str) -> None:
    pit = Pit()
    pit.open(-1)
    pit.close(reason)
    assert pit.placed()[-1] == Terms(
        order_id=4, ref=pit.bracket.ref, side=1, contracts=1, type="MKT", group=pit.bracket.ref, group_type=2
    )
    pit.fill("close")
    assert pit.fills()[-1] == (1, 1, 4000, reason)
    assert pit.states() == ["entry filled", "target canceled", "stop canceled", "close filled"]


def test_an_entry_that_dies_unfilled_is_told_once() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.broker.end(pit.broker.orders[1])
    pit.deliver()
    pit.pass_s(20)
    assert pit.ended() == ["entry canceled"]
    assert pit.states() == ["entry canceled", "target canceled", "stop canceled"]


def test_a_quiet_day_asks_once_a_minute_and_says_nothing() -> None:
    pit = Pit()
    pit.link()
    pit.said.clear()
    pit.pass_s(130)
    assert len(pit.broker.mail) == 0
    assert sum(type(command).__name__ == "Ask" for command in pit.said) == 6
    assert pit.alerts() == []


def test_a_halt_stops_entries_until_resumed_and_never_an_exit() -> None:
    pit = Pit()
    pit.open()
    pit.feed(HaltAsked(now_ns=0, reason="operator"))
    pit.feed(HaltAsked(now_ns=0, reason="another"))
    pit.close()
    pit.fill("close")
    pit.enter()
    assert pit.halts() == ["operator"]
    assert pit.ended() == ["halted: operator"]
    pit.restart()
    pit.link()
    assert pit.state.halted == "operator"
    pit.feed(ResumeAsked(now_ns=0))
    pit.enter()
    assert pit.states()[0] == "entry working"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stop_ticks": 4001}, "stop or target on the wrong side"),
        ({"target_ticks": 4001}, "stop or target on the wrong side"),
        ({"ask_ticks": 3999, "stop_ticks": 3990}, "spread"),
        ({"bid_ticks": 3960}, "spread"),
        ({"contracts": 11}, "more contracts than allowed"),
    ],
)
def test_hard_limits_deny_an_entry(changes: dict[str, int], words: str) -> None:
    pit = Pit()
    pit.link()
    pit.enter(**changes)
    assert words in pit.ended()[0]
    assert pit.placed() == []


def test_the_order_rate_denies_an_entry_and_never_an_exit() -> None:
    pit = Pit(max_orders_per_minute=5)
    pit.open()
    pit.fill("target")
    pit.enter()
    assert pit.ended() == ["too many orders in a minute"]
    pit.pass_s(60)
    pit.enter()
    pit.fill("entry")
    for _ in range(3):
        pit.close()
    assert pit.placed()[-1].type == "MKT"


def test_a_close_of_nothing_does_nothing_and_of_an_unfilled_entry_takes_it_back() -> None:
    pit = Pit()
    pit.link()
    pit.close()
    pit.enter()
    pit.close()
    assert pit.states() == ["entry canceled", "target canceled", "stop canceled"]
    pit.close()
    assert len(pit.placed()) == 3
