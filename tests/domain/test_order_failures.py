"""What went wrong for others: each test is named after its failure, and plays it on the order brain."""

from dataclasses import replace

import pytest

from system.domain.order_events import (
    Alert,
    Ask,
    LinkChanged,
    NextIdTold,
    OpenOrdersAnswered,
    ResumeAsked,
    StatusTold,
)
from system.domain.order_log import fold
from tests.domain.order_pit import Pit


@pytest.mark.parametrize("code", [10349, 110, 104, 135, 161, 201, 202, 366, 10147, 65000])
def test_f01_a_code_on_a_live_order_is_no_cancel(code: int) -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.error("stop", code)
    assert pit.of("stop").state.value == "unknown"
    pit.pass_s(1)
    pit.deliver()
    assert pit.of("stop").state.value == "working"
    assert (len(pit.placed()), pit.canceled(), pit.halts()) == (3, [], [])


@pytest.mark.parametrize("code", [399, 2109])
def test_f48_a_remark_puts_nothing_in_doubt(code: int) -> None:
    pit = Pit()
    pit.open()
    pit.said.clear()
    pit.error("stop", code)
    assert pit.said == []


def test_a_code_about_no_order_or_one_that_is_over_is_nothing() -> None:
    pit = Pit()
    pit.feed(pit.broker.error(5, 201))
    pit.open()
    pit.said.clear()
    pit.feed(pit.broker.error(99, 201))
    pit.error("entry", 202)
    assert pit.said == []


def test_f03_no_answer_is_not_an_empty_one() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.link()
    for question in ("open_orders", "executions", "positions"):
        pit.feed(pit.broker.answer(Ask(question=question, number=pit.state.asked), known=False))  # type: ignore[arg-type]
    assert pit.state.book.position == 1
    assert not pit.state.synced
    assert pit.states()[1:] == ["target unknown", "stop unknown"]


def test_f08_f09_silence_after_placing_is_unknown_and_counts() -> None:
    pit = Pit()
    pit.link()
    pit.broker.lose_next = True
    pit.mute = True
    pit.enter()
    pit.pass_s(4)
    assert pit.states()[0] == "entry intended"
    pit.pass_s(1)
    assert pit.states() == ["entry unknown", "target unknown", "stop unknown"]
    pit.enter()
    assert pit.ended() == ["a position or an order is under way, or not proven over"]
    assert len(pit.placed()) == 3


def test_f08_f65_what_was_never_placed_is_cancelled_by_id_before_it_counts_as_dead() -> None:
    pit = Pit()
    pit.link()
    pit.broker.lose_next = True
    pit.enter()
    pit.pass_s(15)
    assert set(pit.canceled()) == {1, 2, 3}
    assert pit.states() == ["entry canceled", "target canceled", "stop canceled"]
    assert pit.ended() == ["entry canceled"]


def test_f10_ids_never_come_again_when_the_brokers_roll_back() -> None:
    pit = Pit()
    pit.link()
    pit.feed(NextIdTold(now_ns=0, generation=1, order_id=38103))
    pit.enter()
    assert [terms.order_id for terms in pit.placed()] == [38103, 38104, 38105]
    pit.broker.end(pit.broker.orders[38103])
    pit.deliver()
    pit.restart()
    pit.link()
    pit.feed(NextIdTold(now_ns=0, generation=2, order_id=38099))
    pit.enter()
    assert pit.placed()[-1].order_id == 38108


def test_f12_another_clients_status_under_our_id_is_not_ours() -> None:
    pit = Pit()
    pit.open()
    ours = pit.broker.status(pit.broker.orders[3])
    pit.said.clear()
    pit.feed(replace(ours, client_id=7, status="Cancelled"))
    assert pit.said == []


def test_f13_a_fill_after_the_cancel_still_counts() -> None:
    pit = Pit()
    pit.open(contracts=2)
    stop = pit.broker.orders[3]
    pit.feed(replace(pit.broker.status(stop), status="Cancelled"))
    assert pit.of("stop").state.value == "canceled"
    pit.fill("stop", 1)
    assert pit.of("stop").state.value == "partly filled"
    assert pit.state.book.position == 1


def test_f13_an_order_told_of_after_its_end_is_in_doubt_again() -> None:
    pit = Pit()
    pit.open()
    stop = pit.broker.orders[3]
    pit.mute = True
    pit.feed(replace(pit.broker.status(stop), status="Cancelled"))
    pit.feed(pit.broker.status(stop))
    assert pit.of("stop").state.value == "unknown"


def test_f13_pending_cancel_is_not_canceled() -> None:
    pit = Pit()
    pit.open()
    pit.feed(replace(pit.broker.status(pit.broker.orders[2]), status="PendingCancel"))
    assert pit.of("target").state.value == "canceling"
    pit.pass_s(8)
    assert pit.of("target").state.value == "working"


def test_f15_after_a_restart_the_same_bracket_goes_on() -> None:
    pit = Pit()
    pit.open()
    pit.restart()
    assert fold(pit.journal) == pit.state
    assert fold(pit.journal[9:], fold(pit.journal[:9])) == pit.state
    assert pit.states() == ["entry filled", "target unknown", "stop unknown"]
    pit.link()
    assert pit.states() == ["entry filled", "target working", "stop working"]
    assert (len(pit.placed()), pit.canceled()) == (3, [])


def test_f18_a_reject_has_two_shapes_and_one_end() -> None:
    for code in (201, None):
        pit = Pit()
        pit.link()
        pit.mute = True
        pit.broker.refuse_next = True
        pit.enter()
        if code is None:
            pit.broker.mail = [told for told in pit.broker.mail if isinstance(told, StatusTold)]
        for _ in range(9):
            pit.deliver()
            pit.pass_s(1)
        assert pit.states()[0] == "entry rejected"
        assert pit.ended() == ["entry rejected"]


def test_f25_two_perm_ids_under_one_id_are_two_orders_and_an_alarm() -> None:
    pit = Pit()
    pit.open()
    stop = pit.broker.open_order(pit.broker.orders[3])
    pit.feed(replace(stop, perm_id=9999))
    pit.feed(replace(stop, perm_id=9999))
    assert pit.of("stop").left == 2
    assert pit.halts() == ["two live orders under one id"]
    pit.feed(replace(pit.broker.status(pit.broker.orders[3]), status="Cancelled"))
    assert pit.of("stop").is_live
    pit.feed(replace(pit.broker.status(pit.broker.orders[3]), perm_id=9999, status="Cancelled"))
    assert pit.of("stop").is_live


def test_f25_a_doubled_order_is_not_over_with_its_own_size() -> None:
    pit = Pit()
    pit.open()
    pit.feed(replace(pit.broker.open_order(pit.broker.orders[3]), perm_id=9999))
    pit.mute = True
    pit.fill("stop")
    pit.deliver()
    assert pit.of("stop").is_live


def test_f28_a_cancel_of_a_filled_order_fetches_the_execution() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.broker.fill(pit.broker.orders[2], 1)
    pit.broker.mail.clear()
    pit.error("target", 10148, "OrderId 2 that needs to be cancelled cannot be cancelled, state: Filled.")
    pit.pass_s(1)
    pit.deliver()
    assert pit.fills()[-1] == (-1, 1, 4000, "target")
    assert pit.of("target").state.value == "filled"


def test_f28_a_10147_that_no_cancel_of_ours_asked_for_proves_nothing() -> None:
    """Not even where the list of open orders leaves the order out as well."""
    pit = Pit()
    pit.open()
    live, stop = pit.broker.live, pit.broker.orders[3]
    pit.broker.live = lambda: [order for order in live() if order is not stop]  # type: ignore[method-assign]
    pit.error("stop", 10147)
    pit.pass_s(2)
    assert pit.canceled() == [3]


def test_f45_a_kill_between_record_and_bytes_is_resolved_by_asking() -> None:
    pit = Pit()
    pit.link()
    pit.broker.lose_next = True
    pit.mute = True
    pit.enter()
    pit.restart()
    pit.mute = False
    pit.link()
    pit.pass_s(10)
    assert pit.ended() == ["entry canceled"]
    pit.pass_s(30)
    pit.enter()
    assert pit.states()[0] == "entry working"


def test_f18_the_reason_of_a_refusal_is_said_once() -> None:
    pit = Pit()
    pit.link()
    pit.mute = True
    pit.enter()
    pit.error("entry", 201, "no margin")
    pit.error("entry", 201, "no margin")
    assert [command.text for command in pit.said if isinstance(command, Alert)] == ["entry order 1: 201 no margin"]


def test_f19_three_entries_refused_in_a_row_halt_until_an_operator_resumes() -> None:
    pit = Pit()
    pit.link()

    def refused() -> None:
        pit.broker.refuse_next = True
        pit.enter()
        pit.pass_s(30)

    refused()
    refused()
    pit.enter()
    pit.fill("entry")
    pit.fill("stop")
    pit.pass_s(30)
    assert pit.state.refused == 0
    for _ in range(3):
        assert pit.halts() == []
        refused()
    assert pit.halts() == ["three entries in a row were refused"]
    pit.feed(ResumeAsked(now_ns=0))
    assert pit.state.refused == 0


def test_f53_reports_of_a_dead_connection_are_void() -> None:
    pit = Pit()
    pit.open()
    told = pit.broker.executions[0]
    pit.link()
    before = pit.state
    pit.feed(replace(told, exec_id="0001.5.01", generation=1))
    assert pit.state is before


def test_f02_while_ib_is_lost_reports_count_and_answers_do_not() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.pass_s(60)
    answers = list(pit.broker.mail)
    pit.link(up=False)
    before = pit.state
    for answer in answers:
        pit.feed(answer)
    assert pit.state is before
    pit.mute = False
    pit.fill("stop")
    assert pit.fills()[-1] == (-1, 1, 4000, "stop")
    asked = len([command for command in pit.said if isinstance(command, Ask)])
    pit.pass_s(120)
    assert len([command for command in pit.said if isinstance(command, Ask)]) == asked


def test_s12_unresolved_orders_are_said_out_loud_within_a_minute() -> None:
    pit = Pit()
    pit.link()
    pit.mute = True
    pit.enter()
    pit.broker.mail.clear()
    for _ in range(70):
        pit.pass_s(1)
        pit.broker.mail.clear()
    assert "unresolved" in pit.alerts()


def test_a_link_that_comes_without_orders_is_reconciled_at_once() -> None:
    pit = Pit()
    pit.feed(LinkChanged(now_ns=0, generation=0, up=False))
    pit.link()
    assert pit.state.synced
    pit.mute = True
    pit.link()
    pit.enter()
    assert pit.ended() == ["not reconciled with the broker"]


def test_an_answer_that_comes_late_cannot_speak_of_what_was_sent_after_its_question() -> None:
    pit = Pit()
    pit.link()
    number = pit.state.asked
    pit.enter()
    pit.feed(OpenOrdersAnswered(now_ns=0, generation=1, number=number, known=True))
    assert pit.states()[0] == "entry working"
