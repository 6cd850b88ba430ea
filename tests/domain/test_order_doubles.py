"""Two live orders under one id (F25): what is asked, cancelled and believed until one is left, or none."""

from dataclasses import replace

from system.domain.order_events import Ask, ExecutionsAnswered, OpenOrdersAnswered, OpenOrderTold
from tests.domain.order_pit import Pit

SECOND = 77  # a permId


def doubled(pit: Pit) -> OpenOrderTold:
    """The stop of an open position has a second order under its id; nothing is answered by itself from here on."""
    pit.open(contracts=2)
    pit.mute = True
    second = replace(pit.broker.open_order(pit.broker.orders[3]), perm_id=SECOND)
    pit.feed(second)
    return second


def answer(pit: Pit, *stops: OpenOrderTold) -> None:
    """Let the brain ask, and answer with the target and these stops."""
    asked = [command for command in pit.said if isinstance(command, Ask)]
    for _ in range(10):
        pit.pass_s(1)
        asks = [command for command in pit.said if isinstance(command, Ask)]
        if len(asks) > len(asked):
            break
    pit.broker.mail.clear()
    common = {"now_ns": 0, "generation": pit.broker.generation, "number": asks[-1].number, "known": True}
    target = pit.broker.open_order(pit.broker.orders[2])
    pit.feed(OpenOrdersAnswered(orders=(target, *stops), **common))  # type: ignore[arg-type]
    pit.feed(ExecutionsAnswered(executions=tuple(pit.broker.executions), **common))  # type: ignore[arg-type]


def test_f25_a_second_order_counts_halts_and_is_cancelled_until_one_is_left() -> None:
    pit = Pit()
    second = doubled(pit)
    first = pit.broker.open_order(pit.broker.orders[3])
    assert pit.alerts() == ["double_order", "halted"]
    assert pit.of("stop").left == 4
    assert not pit.of("stop").is_proven
    answer(pit, first, second)
    assert pit.canceled() == [3]
    ended = replace(pit.broker.status(pit.broker.orders[3]), perm_id=SECOND)
    pit.feed(replace(ended, status="PendingCancel"))
    pit.feed(replace(ended, status="Cancelled"))
    answer(pit, first)
    assert pit.of("stop").is_proven
    assert (pit.of("stop").perm_id, pit.of("stop").left) == (first.perm_id, 2)


def test_f25_the_one_that_is_left_may_be_the_second() -> None:
    pit = Pit()
    second = doubled(pit)
    answer(pit, second)
    assert pit.of("stop").is_proven
    assert (pit.of("stop").perm_id, pit.of("stop").doubles) == (SECOND, 0)


def test_f25_the_end_of_one_of_two_is_not_the_end() -> None:
    pit = Pit()
    second = doubled(pit)
    first = pit.broker.open_order(pit.broker.orders[3])
    pit.feed(replace(pit.broker.status(pit.broker.orders[3]), status="Cancelled"))
    assert pit.of("stop").is_live
    answer(pit, first, second)
    assert pit.of("stop").is_live
    assert pit.canceled() == [3]


def test_f25_where_none_is_left_the_stop_is_sent_again() -> None:
    pit = Pit()
    doubled(pit)
    pit.feed(replace(pit.broker.status(pit.broker.orders[3]), status="Cancelled"))
    answer(pit)
    assert pit.bracket.orders[2].state.value == "canceled"
    pit.pass_s(2)
    assert (pit.of("stop").order_id, pit.of("stop").left) == (4, 2)


def test_f25_new_terms_are_never_sent_for_an_order_that_they_would_double_again() -> None:
    pit = Pit()
    doubled(pit)
    answer(pit, pit.broker.open_order(pit.broker.orders[3]))
    pit.mute = False
    pit.broker.trade_by_hand(-1)
    pit.pass_s(30)
    assert pit.state.book.position == 1
    assert [terms.type for terms in pit.placed()[3:]] == ["MKT"]


def test_f25_a_second_order_of_one_that_has_filled_is_said_out_loud() -> None:
    pit = Pit()
    pit.open()
    second = replace(pit.broker.open_order(pit.broker.orders[1]), perm_id=SECOND, status="Submitted")
    pit.feed(second)
    pit.feed(replace(pit.broker.status(pit.broker.orders[1]), perm_id=SECOND))
    assert pit.alerts() == ["double_order", "halted"]
    assert pit.of("entry").state.value == "filled"
