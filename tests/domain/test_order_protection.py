"""What leaves a position bare, and what is done about it: each test is named after a failure or an invariant."""

from dataclasses import replace

import pytest

from system.domain.order_events import (
    Alert,
    HaltAsked,
    PlacementAnswered,
    StatusTold,
)
from tests.domain.order_pit import Pit


def test_f18_a_rejected_close_is_tried_three_times_then_halts_with_protection_untouched() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    for _ in range(25):
        pit.broker.refuse_next = True
        if pit.state.bracket is not None and not pit.bracket.exit_reason:
            pit.close()
        pit.deliver()
        pit.pass_s(1)
    assert [terms.type for terms in pit.placed()[3:]] == ["MKT", "LMT", "MKT"]
    (text,) = [told.text for told in pit.said if isinstance(told, Alert) and told.event == "exit_failed"]
    assert text == "1 contracts: three attempts at an exit have failed; what rests at the broker is left as it is"
    assert pit.halts() == ["three attempts at an exit have failed; what rests at the broker is left as it is"]
    assert pit.of("stop").is_proven
    assert pit.canceled() == []


def refuse_a_close(pit: Pit) -> None:
    pit.open()
    pit.broker.refuse_next = True
    pit.close()
    pit.pass_s(6)


def test_f66_a_refused_close_moves_the_target_through_the_market_once() -> None:
    pit = Pit()
    refuse_a_close(pit)
    close, moved = pit.placed()[3:]
    assert (close.type, moved.type) == ("MKT", "LMT")
    assert (moved.order_id, moved.limit_ticks, moved.group) == (2, pit.bracket.stop_ticks, pit.bracket.ref)
    assert pit.of("target").is_proven
    pit.pass_s(6)
    assert pit.placed()[-1].type == "MKT", "it has not helped: the market is tried again"
    pit.fill("target")
    assert pit.fills()[-1][3] == "flatten"
    pit.pass_s(10)
    assert not any(order.is_live for order in pit.bracket.orders)


def test_f11_f66_the_price_before_its_move_is_no_proof_of_a_target_and_no_change_of_it() -> None:
    pit = Pit()
    refuse_a_close(pit)
    told = pit.broker.open_order(pit.broker.orders[2])
    pit.feed(replace(told, terms=replace(told.terms, limit_ticks=pit.bracket.target_ticks)))
    assert "order_differs" not in pit.alerts()
    assert pit.of("target").state.value == "working"
    pit.feed(replace(told, terms=replace(told.terms, limit_ticks=1, tif="DAY")))
    assert "order_differs" in pit.alerts()


def test_f66_a_target_moved_and_gone_is_not_moved_again() -> None:
    pit = Pit()
    pit.open()
    pit.broker.end(pit.broker.orders[2])
    pit.deliver()
    pit.broker.refuse_next = True
    pit.close()
    pit.pass_s(6)
    assert [terms.type for terms in pit.placed()[3:]] == ["MKT", "MKT"]


def test_l02_a_failed_exit_is_said_once_though_the_system_was_halted_before() -> None:
    pit = Pit()
    pit.open()
    pit.feed(HaltAsked(now_ns=0, reason="lunch"))
    for _ in range(30):
        pit.broker.refuse_next = True
        if not pit.bracket.exit_reason:
            pit.close()
        pit.pass_s(1)
    assert pit.halts() == ["lunch"]
    assert pit.alerts().count("exit_failed") == 1


def test_f26_a_torn_bracket_is_cancelled_whole() -> None:
    pit = Pit()
    pit.link()
    pit.mute = True
    pit.enter()
    del pit.broker.orders[3]
    pit.broker.mail = [told for told in pit.broker.mail if "3" not in str(getattr(told, "order_id", ""))][:2]
    for _ in range(12):
        pit.deliver()
        pit.pass_s(1)
    assert 1 in pit.canceled()
    assert pit.states()[0] == "entry canceled"


def test_f06_f26_a_filled_entry_without_its_stop_gets_the_stop_first() -> None:
    pit = Pit()
    pit.open()
    pit.broker.end(pit.broker.orders[3])
    pit.broker.end(pit.broker.orders[2])
    pit.deliver()
    pit.pass_s(5)
    assert [(terms.type, terms.stop_ticks or terms.limit_ticks) for terms in pit.placed()[3:]] == [
        ("STP", 3993),
        ("LMT", 4017),
    ]
    assert pit.alerts() == ["unprotected"]
    assert pit.of("stop").is_proven


def test_l01_a_stop_that_is_proven_dead_is_sent_again_within_two_seconds() -> None:
    pit = Pit()
    pit.open()
    pit.broker.end(pit.broker.orders[3])
    pit.deliver()
    pit.pass_s(2)
    assert pit.alerts() == ["unprotected"]
    assert pit.of("stop").order_id == 4
    assert pit.of("stop").is_proven


def test_f06_a_stop_that_stays_unknown_is_replaced_by_a_close() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.error("stop", 65000)
    pit.broker.mail.clear()
    pit.pass_s(6)
    assert pit.placed()[-1].type == "MKT"
    assert pit.placed()[-1].group == pit.bracket.ref
    pit.broker.mail.clear()
    pit.pass_s(20)
    assert pit.halts() == ["a position has neither a proven stop nor a proven close"]


def test_f06_a_second_stop_that_fails_is_followed_by_a_close() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.broker.end(pit.broker.orders[2])
    pit.broker.end(pit.broker.orders[3])
    for _ in range(12):
        pit.deliver()
        pit.broker.refuse_next = len(pit.placed()) == 3
        pit.pass_s(1)
    pit.deliver()
    assert [terms.type for terms in pit.placed()[3:]] == ["STP", "MKT"]


def test_f27_exits_that_are_too_large_are_cut() -> None:
    pit = Pit()
    pit.link()
    pit.enter(contracts=3)
    pit.fill("entry", 1)
    entry = pit.broker.orders[1]
    entry.status = "Cancelled"
    pit.broker.mail.append(pit.broker.status(entry))
    pit.deliver()
    pit.pass_s(6)
    assert [(terms.order_id, terms.contracts) for terms in pit.placed()[3:]] == [(2, 1), (3, 1)]
    assert pit.of("stop").remaining == 1


def test_f27_exits_that_cannot_be_cut_halt_after_three_attempts() -> None:
    pit = Pit()
    pit.link()
    pit.enter(contracts=3)
    pit.fill("entry", 1)
    entry = pit.broker.orders[1]
    entry.status = "Cancelled"
    pit.broker.mail.append(pit.broker.status(entry))
    pit.deliver()
    pit.broker._modify = lambda order, terms: None  # type: ignore[method-assign]
    pit.pass_s(40)
    assert len(pit.placed()) == 3 + 6
    assert "three attempts" in pit.halts()[0]


def test_f29_an_unasked_cancel_of_the_stop_is_an_alarm() -> None:
    pit = Pit()
    pit.open()
    pit.broker.end(pit.broker.orders[3])
    pit.deliver()
    pit.pass_s(5)
    assert pit.alerts() == ["unprotected"]
    assert pit.of("stop").order_id == 4


@pytest.mark.parametrize(
    ("field", "value"), [("tif", "DAY"), ("outside_rth", False), ("trigger_method", 0), ("group", "x")]
)
def test_f44_f64_protection_read_back_otherwise_is_none_and_the_position_goes(field: str, value: object) -> None:
    pit = Pit()
    pit.open()
    told = pit.broker.open_order(pit.broker.orders[3])
    pit.feed(replace(told, terms=replace(told.terms, **{field: value})))  # type: ignore[arg-type]
    assert pit.alerts() == ["order_differs", "halted"]
    assert pit.halts() == [f"order 3 rests at the broker with another {field}"]
    assert pit.placed()[-1].type == "MKT"


def test_f64_an_unfilled_entry_with_wrong_exits_is_cancelled_whole() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    told = pit.broker.open_order(pit.broker.orders[2])
    pit.feed(replace(told, terms=replace(told.terms, contracts=2)))
    assert pit.states() == ["entry canceled", "target canceled", "stop canceled"]
    assert pit.halts() == ["order 2 rests at the broker with another contracts"]


@pytest.mark.parametrize(("sent", "state"), [(True, "sent"), (False, "canceled")])
def test_f59_the_writer_says_whether_bytes_have_left(sent: bool, state: str) -> None:
    pit = Pit()
    pit.link()
    pit.mute = True
    pit.broker.lose_next = True
    pit.enter()
    pit.feed(PlacementAnswered(now_ns=0, order_ids=(1, 2, 3), sent=sent))
    assert {order.state.value for order in pit.bracket.orders} == {state}
    pit.feed(PlacementAnswered(now_ns=0, order_ids=(1, 2, 99), sent=sent))


def test_f59_an_order_that_is_told_of_was_sent_whatever_the_writer_says() -> None:
    pit = Pit()
    pit.open()
    pit.feed(PlacementAnswered(now_ns=0, order_ids=(1, 2, 3), sent=False))
    assert pit.states() == ["entry filled", "target working", "stop working"]


def test_f59_a_close_asked_while_the_link_is_down_goes_out_when_it_is_back() -> None:
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.close()
    assert len(pit.placed()) == 3
    pit.link()
    assert pit.placed()[-1].type == "MKT"


def test_s18_two_exits_that_filled_flip_the_position_and_the_excess_goes_at_once() -> None:
    pit = Pit()
    pit.open()
    pit.broker._reduce = lambda filled, contracts: None  # type: ignore[method-assign]
    pit.fill("target")
    pit.broker.spent.add(pit.bracket.ref)
    pit.fill("stop")
    assert pit.fills()[-1] == (-1, 1, 4000, "target")
    assert pit.halts() == ["more exits filled than was held"]
    close = pit.placed()[-1]
    assert (close.type, close.side, close.contracts) == ("MKT", 1, 1)
    assert close.group != pit.bracket.ref
    pit.fill("close")
    assert pit.state.book.position == 0


def test_l06_a_cancel_that_is_never_answered_halts() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.close()
    for _ in range(40):
        pit.broker.mail = [told for told in pit.broker.mail if not isinstance(told, StatusTold)]
        pit.broker.orders[1].status = "Submitted"
        pit.deliver()
        pit.pass_s(1)
    assert pit.canceled().count(1) <= 3
