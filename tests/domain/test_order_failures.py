"""What went wrong for others: each test is named after its failure, and plays it on the order brain."""

from dataclasses import replace

import pytest

from system.domain.order_events import (
    Ask,
    CommissionTold,
    LinkChanged,
    NextIdTold,
    OpenOrdersAnswered,
    OpenOrderTold,
    PlacementAnswered,
    StatusTold,
    Terms,
)
from system.domain.order_log import fold
from tests.domain.order_broker import CLIENT
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


def test_f02_fills_in_a_gap_are_found_by_asking() -> None:
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.fill("stop")
    pit.broker.mail.clear()
    pit.pass_s(30)
    pit.link()
    assert pit.fills()[-1] == (-1, 1, 4000, "stop")
    assert pit.states() == ["entry filled", "target working", "stop filled"] or pit.of("stop").state.value == "filled"
    pit.pass_s(20)
    assert not pit.of("target").is_live
    assert pit.halts() == []


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


def test_f14_f63_a_close_without_execution_is_inferred_and_halts() -> None:
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.broker.own = 0
    for order in pit.broker.live():
        pit.broker.end(order)
    pit.pass_s(60)
    pit.link()
    pit.pass_s(40)
    assert pit.fills()[-1] == (-1, 1, 3993, "stop")
    assert pit.halts() == ["an inferred fill"]
    assert pit.state.book.position == 0
    assert not any(order.is_live for order in pit.bracket.orders)


def test_f63_an_execution_that_comes_after_all_takes_the_inferred_ones_place() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    stop = pit.broker.orders[3]
    pit.broker.fill(stop, 1)
    late = pit.broker.mail.pop(0)
    pit.broker.executions.pop()
    for _ in range(30):
        pit.pass_s(1)
        pit.deliver()
    assert pit.state.book.position == 0
    assert pit.of("stop").state.value == "filled"
    pit.feed(late)
    assert pit.state.book.position == 0


def test_f14_f43_contracts_that_are_not_ours_stop_entries_and_are_never_traded() -> None:
    pit = Pit()
    pit.open()
    pit.broker.trade_by_hand(2)
    pit.deliver()
    pit.pass_s(30)
    assert pit.alerts() == ["foreign_position"]
    pit.close()
    assert pit.placed()[-1].contracts == 1
    pit.fill("close")
    pit.enter()
    assert pit.ended() == ["orders or contracts that are not ours"]
    pit.broker.trade_by_hand(-2)
    pit.deliver()
    pit.pass_s(30)
    pit.enter()
    assert pit.states()[0] == "entry working"


def test_f15_after_a_restart_the_same_bracket_goes_on() -> None:
    pit = Pit()
    pit.open()
    pit.restart()
    assert fold(pit.journal) == pit.state
    assert pit.states() == ["entry filled", "target unknown", "stop unknown"]
    pit.link()
    assert pit.states() == ["entry filled", "target working", "stop working"]
    assert (len(pit.placed()), pit.canceled()) == (3, [])


def test_f17_statuses_may_repeat_and_sizes_never_fall() -> None:
    pit = Pit()
    pit.open(contracts=3)
    pit.fill("target", 1)
    old = replace(pit.broker.status(pit.broker.orders[2]), filled=0, remaining=3)
    pit.feed(old)
    pit.feed(old)
    assert pit.of("target").told_filled == 1
    assert pit.of("target").filled == 1


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
    assert [terms.type for terms in pit.placed()[3:]] == ["MKT"] * 3
    assert pit.halts() == ["three attempts at an exit have failed; what rests at the broker is left as it is"]
    assert pit.of("stop").is_proven
    assert pit.canceled() == []


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


def test_f29_an_unasked_cancel_of_the_stop_is_an_alarm() -> None:
    pit = Pit()
    pit.open()
    pit.broker.end(pit.broker.orders[3])
    pit.deliver()
    pit.pass_s(5)
    assert pit.alerts() == ["unprotected"]
    assert pit.of("stop").order_id == 4


def test_f30_an_exit_told_before_its_entry_is_no_position_of_the_wrong_sign() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.fill("entry")
    pit.fill("stop")
    exits = [told for told in pit.broker.mail if getattr(told, "order_id", 0) == 3 and hasattr(told, "exec_id")]
    pit.feed(exits[0])
    assert pit.state.book.position == -1
    pit.pass_s(1)
    pit.deliver()
    assert pit.state.book.position == 0
    assert (len(pit.placed()), pit.halts()) == (3, [])


def test_f30_a_fill_of_a_finished_bracket_counts_and_halts() -> None:
    pit = Pit()
    pit.open()
    old = replace(pit.broker.executions[0], exec_id="0001.9.01", order_id=3)
    pit.fill("target")
    pit.pass_s(30)
    pit.enter()
    pit.mute = True
    pit.feed(old)
    assert pit.state.book.position == 1
    assert pit.halts() == ["an execution of a finished order"]


def test_f31_executions_count_once_and_corrections_by_their_difference() -> None:
    pit = Pit()
    pit.open(contracts=2)
    told = pit.broker.executions[0]
    pit.feed(told)
    assert pit.state.book.position == 2
    pit.feed(replace(told, exec_id="0001.0000.02", contracts=1, price_ticks=4002))
    assert pit.state.book.position == 1
    pit.feed(told)
    assert pit.state.book.position == 1
    assert "execution_corrected" in pit.alerts()
    assert len(pit.fills()) == 1


def test_f32_a_commission_is_a_late_fact_that_decides_nothing() -> None:
    pit = Pit()
    pit.open()
    before = pit.state
    for cents in (None, 225):
        pit.feed(CommissionTold(now_ns=0, generation=1, exec_id="0001.7777.01", cents=cents))
    assert replace(pit.state, records=before.records) == before
    assert pit.journal[-1][2] == {"exec_id": "0001.7777.01", "cents": 225}
    assert pit.journal[-2][2] == {"exec_id": "0001.7777.01"}


def foreign(pit: Pit, status: str = "Submitted", ref: str = "", client_id: int = 0) -> OpenOrderTold:
    terms = Terms(order_id=-1, ref=ref, side=1, contracts=1, type="LMT")
    return OpenOrderTold(
        now_ns=0, generation=pit.broker.generation, client_id=client_id, perm_id=77, terms=terms, status=status
    )


def test_f43_foreign_orders_stop_entries_and_are_left_alone() -> None:
    pit = Pit()
    pit.link()
    pit.broker.foreign[77] = foreign(pit)
    pit.feed(foreign(pit))
    pit.feed(foreign(pit))
    pit.enter()
    assert pit.alerts() == ["foreign_order", "entry_denied"]
    pit.broker.foreign.clear()
    pit.pass_s(61)
    pit.enter()
    assert pit.states()[0] == "entry working"
    assert pit.canceled() == []


def test_f43_a_foreign_order_is_gone_when_it_says_so() -> None:
    pit = Pit()
    pit.open()
    pit.fill("target")
    ref = pit.bracket.ref
    pit.enter()
    pit.feed(foreign(pit, ref=ref, client_id=CLIENT))
    assert f"of the finished bracket {ref}" in str(pit.said[-1])
    pit.feed(foreign(pit, "Filled"))
    assert pit.state.foreign_orders == ()


def test_f43_a_foreign_execution_is_said_once() -> None:
    pit = Pit()
    pit.open()
    told = replace(pit.broker.executions[0], ref="", client_id=0, order_id=0, exec_id="0009.1.01")
    pit.feed(told)
    pit.feed(told)
    assert pit.alerts() == ["foreign_execution"]
    assert pit.state.book.position == 1


@pytest.mark.parametrize(
    ("field", "value"), [("tif", "DAY"), ("outside_rth", False), ("trigger_method", 0), ("group", "x")]
)
def test_f44_f64_protection_read_back_otherwise_is_none_and_the_position_goes(field: str, value: object) -> None:
    pit = Pit()
    pit.open()
    told = pit.broker.open_order(pit.broker.orders[3])
    pit.feed(replace(told, terms=replace(told.terms, **{field: value})))  # type: ignore[arg-type]
    assert pit.alerts() == ["order_differs"]
    assert pit.placed()[-1].type == "MKT"


def test_f64_an_unfilled_entry_with_wrong_exits_is_cancelled_whole() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    told = pit.broker.open_order(pit.broker.orders[2])
    pit.feed(replace(told, terms=replace(told.terms, contracts=2)))
    assert pit.states() == ["entry canceled", "target canceled", "stop canceled"]


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


def test_f53_reports_of_a_dead_connection_are_void() -> None:
    pit = Pit()
    pit.open()
    told = pit.broker.executions[0]
    pit.link()
    before = pit.state
    pit.feed(replace(told, exec_id="0001.5.01", generation=1))
    assert pit.state is before
    pit.link(up=False)
    before = pit.state
    pit.feed(replace(told, exec_id="0001.5.01", generation=2))
    assert pit.state is before


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
