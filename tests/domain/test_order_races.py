"""Reports in an order that nobody wishes for: what each race leads to."""

from dataclasses import replace

from system.domain.order_events import CloseAsked, OpenOrdersAnswered
from tests.domain.order_pit import Pit, foreign


def test_an_entry_is_denied_while_the_brokers_position_is_another() -> None:
    pit = Pit()
    pit.link()
    pit.broker.trade_by_hand(1)
    pit.deliver()
    pit.enter()
    assert pit.ended() == ["the broker's position is not the book's"]


def test_an_order_that_its_group_made_smaller_is_filled_when_the_broker_says_so() -> None:
    pit = Pit()
    pit.open(contracts=3)
    pit.fill("target", 1)
    pit.fill("stop")
    assert pit.of("stop").filled == 2
    assert pit.states() == ["entry filled", "target canceled", "stop filled"]


def test_the_same_with_its_last_execution_after_the_status() -> None:
    pit = Pit()
    pit.open(contracts=3)
    pit.fill("target", 1)
    pit.mute = True
    pit.fill("stop")
    execution = pit.broker.mail.pop(0)
    pit.broker.mail = [told for told in pit.broker.mail if getattr(told, "order_id", 0) == 3]
    while pit.broker.mail:
        pit.feed(pit.broker.mail.pop(0))
    assert pit.of("stop").is_live
    pit.feed(execution)
    assert pit.of("stop").state.value == "filled"


def test_f28_an_exit_that_its_group_made_smaller_and_that_filled_while_we_were_away_is_over() -> None:
    """Its status was lost. Asked for a cancel, TWS says "Filled", and the executions are of a part of what was sent."""
    pit = Pit()
    pit.open(contracts=2)
    pit.fill("target", 1)
    pit.broker.fill(pit.broker.orders[3], 1)
    pit.link()
    pit.pass_s(20)
    assert pit.states() == ["entry filled", "target canceled", "stop filled"]
    assert (pit.alerts(), pit.halts()) == ([], [])
    assert pit.state.is_flat


def test_a_part_of_what_the_status_told_leaves_the_rest_in_doubt() -> None:
    pit = Pit()
    pit.open(contracts=3)
    pit.mute = True
    pit.fill("stop", 1)
    first = pit.broker.mail.pop(0)
    pit.broker.mail.clear()
    pit.broker.orders[3].contracts = 2
    pit.broker.fill(pit.broker.orders[3], 1)
    statuses = [told for told in pit.broker.mail if getattr(told, "status", "") == "Filled"]
    pit.feed(statuses[-1])
    pit.feed(first)
    assert pit.of("stop").is_live


def test_a_cancel_told_twice_is_one() -> None:
    pit = Pit()
    pit.open()
    canceled = replace(pit.broker.status(pit.broker.orders[2]), status="Cancelled")
    pit.mute = True
    pit.feed(canceled)
    pit.said.clear()
    pit.feed(canceled)
    assert pit.said == []


def test_an_entry_that_filled_by_its_status_alone_keeps_its_exits() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.fill("entry")
    statuses = [told for told in pit.broker.mail if getattr(told, "status", "") == "Filled"]
    pit.broker.mail.clear()
    pit.feed(statuses[-1])
    pit.pass_s(6)
    assert pit.canceled() == []
    pit.deliver()
    assert pit.fills() == [(1, 1, 4000, "entry")]
    assert pit.of("stop").is_proven


def test_of_two_exits_too_many_a_third_is_taken_back() -> None:
    pit = Pit()
    pit.open()
    pit.close()
    pit.broker._reduce = lambda filled, contracts: None  # type: ignore[method-assign]
    pit.fill("target")
    pit.fill("stop")
    assert pit.canceled() == [pit.bracket.orders[3].order_id]
    assert pit.placed()[-1].side == 1


def test_a_close_takes_back_an_entry_that_still_works_first() -> None:
    pit = Pit()
    pit.link()
    pit.enter(contracts=3)
    pit.fill("entry", 1)
    commands = pit.feed(CloseAsked(now_ns=0, reason="flatten"))
    assert "Cancel(order_id=1)" in str(commands)
    assert [(terms.type, terms.contracts) for terms in pit.placed()[3:]] == [("MKT", 1)]
    pit.fill("close")
    assert pit.state.book.position == 0


def test_a_code_that_hints_at_an_end_is_not_outdone_by_an_old_report() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    old = pit.broker.status(pit.broker.orders[3])
    pit.error("stop", 202)
    pit.feed(old)
    assert pit.of("stop").state.value == "unknown"


def test_an_answer_that_is_older_than_a_report_says_nothing() -> None:
    pit = Pit()
    pit.open()
    number = pit.state.asked
    order = pit.broker.open_order(pit.broker.orders[3])
    pit.mute = True
    pit.error("stop", 202)
    pit.feed(OpenOrdersAnswered(now_ns=0, generation=1, number=number, known=True, orders=(order,)))
    assert pit.of("stop").state.value == "unknown"


def test_a_foreign_order_that_is_still_there_stays_foreign() -> None:
    pit = Pit()
    pit.link()
    pit.broker.foreign[77] = foreign(pit)
    pit.pass_s(130)
    assert pit.state.foreign_orders == (77,)
    assert pit.alerts() == ["foreign_order"]


def test_an_answer_without_what_has_just_been_sent_leaves_it_time() -> None:
    pit = Pit()
    pit.link()
    pit.pass_s(58)
    pit.broker.lose_next = True
    pit.mute = True
    pit.enter()
    pit.pass_s(2)
    pit.deliver()
    assert pit.states()[0] == "entry intended"


def test_f13_exits_are_left_to_protect_an_entry_that_may_fill_before_its_cancel_arrives() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.close()
    assert pit.canceled() == [1]
    pit.mute = False
    pit.deliver()
    pit.pass_s(6)
    assert pit.bracket.is_over
    assert pit.canceled() == [1]


def test_f13_an_inactive_order_that_the_broker_still_tells_of_is_not_over() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    inactive = replace(pit.broker.status(pit.broker.orders[1]), status="Inactive")
    pit.mute = True
    for _ in range(3):
        pit.feed(inactive)
    assert pit.of("entry").state.value == "unknown"
    pit.feed(replace(inactive, status="Submitted"))
    assert pit.of("entry").state.value == "working"
    pit.feed(inactive)
    pit.error("entry", 10147)
    pit.broker.orders.pop(1)
    pit.mute = False
    pit.pass_s(3)
    assert pit.of("entry").state.value == "rejected"


def test_f13_an_order_that_stays_inactive_is_cancelled_by_its_id() -> None:
    pit = Pit()
    pit.open()
    target = pit.broker.orders[2]
    target.status = "Inactive"
    pit.feed(pit.broker.status(target))
    live = pit.broker.live
    pit.broker.live = lambda: [*live(), target]  # type: ignore[method-assign]
    pit.pass_s(2)
    assert pit.canceled() == [2]
    pit.broker.live = live  # type: ignore[method-assign]
    pit.pass_s(12)
    assert pit.bracket.orders[1].state.value == "rejected"
    assert pit.of("target").order_id == 4


def test_f31_exits_do_not_outlive_an_entry_whose_fill_was_taken_back() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.fill("entry")
    pit.broker.mail.reverse()  # its status is told ahead of its execution
    pit.mute = False
    pit.deliver()
    assert pit.of("entry").hint == "filled"
    pit.broker.own = 0
    pit.feed(replace(pit.broker.executions[0], exec_id="0001.0000.02", contracts=0))
    assert pit.state.book.position == 0
    pit.pass_s(10)
    assert pit.bracket.is_over
    assert sorted(pit.canceled()) == [2, 3]


def test_a_status_that_proves_nothing_puts_an_order_in_doubt_until_it_is_told_of() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    pit.feed(replace(pit.broker.status(pit.broker.orders[3]), status="PendingSubmit"))
    assert pit.of("stop").state.value == "unknown"
    pit.mute = False
    pit.pass_s(2)
    assert pit.of("stop").is_proven
    assert pit.canceled() == []
