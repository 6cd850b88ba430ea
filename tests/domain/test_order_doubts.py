"""States that take two failures at once, in which a doubt is all that stands between a guess and an order."""

from dataclasses import replace
from itertools import pairwise

from system.domain.order_events import Ask, OpenOrdersAnswered
from tests.domain.order_pit import Pit


def test_f11_an_order_that_ended_with_more_filled_than_executions_say_is_not_over_without_them() -> None:
    """No code hints at a fill: what the status says of its size alone keeps it in doubt."""
    pit = Pit()
    pit.link()
    pit.enter(contracts=3)
    entry = pit.broker.orders[1]
    pit.mute = True
    pit.fill("entry", 2)
    lost = pit.broker.executions.pop()
    pit.broker.mail.clear()
    pit.broker.end(entry)
    pit.mute = False
    pit.deliver()
    pit.pass_s(20)
    assert (pit.of("entry").hint, pit.of("entry").state.value) == ("canceled", "unknown")
    pit.broker.executions.append(lost)
    pit.pass_s(20)
    assert pit.fills() == [(1, 2, 4000, "entry")]
    assert pit.of("entry").state.value == "canceled"


def test_f30_a_position_of_the_wrong_sign_is_none_while_the_broker_says_another() -> None:
    """The stop fills ahead of the entry's own execution; the broker's position, told since, is not the book's."""
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.fill("entry")
    pit.broker.mail.clear()
    pit.fill("stop")
    execution, *_ = pit.broker.mail
    pit.feed(execution)
    pit.feed(pit.broker.told_position())
    assert pit.state.book.position == -1
    assert pit.state.told_contracts == 0
    assert pit.state.told > pit.state.moved
    pit.pass_s(1)
    assert (pit.canceled(), len(pit.placed()), pit.halts()) == ([], 3, [])
    assert pit.of("entry").state.value == "unknown", "it is asked about"


def test_f03_an_acknowledged_order_that_an_answer_leaves_out_is_in_doubt_at_once() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    assert pit.of("stop").state.value == "working"
    pit.mute = True
    pit.feed(OpenOrdersAnswered(now_ns=0, generation=1, number=pit.state.records, known=True, orders=()))
    assert [order.state.value for order in pit.bracket.orders] == ["unknown"] * 3


def test_f18_an_inactive_order_that_is_canceled_in_the_end_was_rejected() -> None:
    """What the broker never let work did not end by a wish of ours."""
    pit = Pit()
    pit.link()
    pit.enter()
    told = pit.broker.status(pit.broker.orders[1])
    pit.mute = True
    pit.feed(replace(told, status="Inactive"))
    pit.feed(replace(told, status="Cancelled"))
    assert pit.of("entry").state.value == "rejected"


def test_l06_a_cancel_is_asked_for_three_times_five_seconds_apart_and_then_given_up_on_once() -> None:
    pit = Pit()
    pit.open()
    target, live = pit.broker.orders[2], pit.broker.live
    pit.broker.cancel = lambda order_id: None  # type: ignore[method-assign]
    pit.broker.live = lambda: [order for order in live() if order is not target]  # type: ignore[method-assign]
    canceled_s: list[int] = []
    pit.error("target", 105)
    for second in range(1, 41):
        before = len(pit.canceled())
        pit.pass_s(1)
        canceled_s += [second] * (pit.canceled()[before:].count(2))
    assert len(canceled_s) == 3
    assert [later - sooner for sooner, later in pairwise(canceled_s)] == [5, 5]
    assert pit.alerts().count("cancel_failed") == 1
    assert pit.of("target").cancels == 4


def test_s17_an_order_that_stays_pending_is_asked_about_each_second_at_first_and_then_each_fifth() -> None:
    """Each answer tells of the doubt anew, and none ends it."""
    pit = Pit()
    pit.open()
    pit.broker.orders[2].status = "PendingSubmit"
    pit.feed(pit.broker.status(pit.broker.orders[2]))
    asked_s: list[int] = []
    for second in range(1, 61):
        before = len(pit.said)
        pit.pass_s(1)
        asked_s += [second] * any(isinstance(said, Ask) for said in pit.said[before:])
    assert asked_s[:12] == list(range(asked_s[0], asked_s[0] + 12))
    assert {later - sooner for sooner, later in pairwise(asked_s[12:])} == {5}
    assert pit.alerts().count("unresolved") == 1
    assert pit.of("target").state.value == "unknown"
    pit.broker.orders[2].status = "Submitted"
    pit.pass_s(6)
    assert pit.of("target").is_proven
