"""Bugs of the order brain."""

from dataclasses import replace
from typing import Any

from simulator.mutants.swap import Swap
from system.broker.pace import Pace
from system.domain import book, order, order_reports, protection, reconciliation
from system.domain.intent import Bracket, Order
from system.domain.order_draft import Draft
from system.domain.order_events import Cancel, NextIdTold, OpenOrderTold, Place
from system.domain.order_state import Happening, OrderState


def unknown_is_dead() -> list[Swap]:
    """An order in doubt is taken for dead where another one is to be sent."""

    def live(bracket: Bracket, *roles: Any) -> list[Order]:
        known = [each for each in bracket.orders if each.is_live and each.state is not OrderState.UNKNOWN]
        return [each for each in known if each.role in roles]

    return [Swap(Bracket, "live", live)]


def close_outside_group() -> list[Swap]:
    """A further exit joins no group."""
    return [Swap(Bracket, "exit_group", lambda _bracket, _side: "")]


def state_without_record() -> list[Swap]:
    """Some changes of the state are not written down."""
    before = Draft.set

    def change(draft: Draft, **changes: Any) -> None:
        if "rounds" in changes:
            draft.state = replace(draft.state, rounds=changes.pop("rounds"))
        before(draft, **changes)

    return [Swap(Draft, "set", change)]


def position_not_compared() -> list[Swap]:
    """What the broker holds is asked for, and not held against the book."""
    agrees = [
        Swap(module, "disagrees", lambda _state, _now_ns, _grace_ns=0: False) for module in (order, reconciliation)
    ]
    return [*agrees, Swap(reconciliation, "_compare", lambda _draft, _number: None)]


def fill_counted_twice() -> list[Swap]:
    """An execution that is told again is booked again."""
    return [Swap(order_reports, "is_new", lambda _book, _exec_id: True)]


def correction_counted_again() -> list[Swap]:
    """A correction is taken for one more execution."""

    def split(exec_id: str) -> tuple[str, int]:
        return exec_id, 0

    return [Swap(book, "split_id", split), Swap(order_reports, "split_id", split)]


def id_reuse_after_rollback() -> list[Swap]:
    """The broker's next id is believed, lower or not."""
    before = order_reports.take

    def take(draft: Draft, told: Any) -> None:
        if isinstance(told, NextIdTold):
            draft.set(next_id=told.order_id)
        else:
            before(draft, told)

    return [Swap(order, "take", take)]


def resend_on_timeout() -> list[Swap]:
    """An order that is not answered in time is taken for rejected."""

    def doubt(draft: Draft) -> None:
        for each in draft.state.orders:
            if draft.is_late(each.since_ns) and each.state in (OrderState.INTENDED, OrderState.SENT):
                draft.happen(each, Happening.DROP)

    return [Swap(order, "doubt", doubt)]


def foreign_order_canceled() -> list[Swap]:
    """An order that is not ours is canceled."""
    before = order_reports.take_open_order

    def take(draft: Draft, told: OpenOrderTold, answers: int | None = None) -> None:
        before(draft, told, answers)
        if told.perm_id in draft.state.foreign_orders:
            draft.commands.append(Cancel(order_id=told.terms.order_id))

    return [Swap(order_reports, "take_open_order", take), Swap(reconciliation, "take_open_order", take)]


def questions_without_end() -> list[Swap]:
    """The broker is asked again at every event, at any pace."""
    before = reconciliation.ask

    def ask(draft: Draft) -> None:
        draft.set(asked_ns=0)
        before(draft)

    return [Swap(order, "ask", ask), Swap(Pace, "soon", lambda _pace, send, **_first: send())]


def halt_left_by_reconnecting() -> list[Swap]:
    """A new connection ends a halt."""
    before = order._change_link

    def change(draft: Draft, event: Any) -> None:
        before(draft, event)
        draft.set(halted="")

    return [Swap(order, "_change_link", change)]


def wrong_sign_kept() -> list[Swap]:
    """A position of the wrong sign is left alone."""
    before = protection._keep

    def keep(draft: Draft) -> None:
        if draft.state.book.position * draft.bracket.side >= 0:
            before(draft)

    return [Swap(protection, "_keep", keep)]


def foreign_position_closed() -> list[Swap]:
    """What is closed is what the broker holds, whose ever it is."""
    before = Draft.place_exit

    def place(draft: Draft, role: Any, price_ticks: int = 0) -> None:
        before(draft, role, price_ticks)
        told = abs(draft.state.told_contracts)
        last = draft.commands[-1]
        if told and isinstance(last, Place):
            draft.commands[-1] = Place(orders=tuple(replace(each, contracts=told) for each in last.orders))

    return [Swap(Draft, "place_exit", place)]


def stop_not_verified() -> list[Swap]:
    """A stop that was sent protects."""

    def protects(each: Order, held: int) -> bool:
        return each.role.value == "stop" and each.side * held < 0

    return [Swap(protection, "protects", protects)]


def bare_and_silent() -> list[Swap]:
    """What has no stop gets none, is not closed, and nobody is told."""
    return [
        Swap(protection, "HOPELESS_NS", 1 << 62),
        Swap(protection, "_close", lambda _draft: None),
        Swap(Draft, "place_exit", lambda _draft, _role, _price_ticks=0: None),
    ]


def unknown_for_ever() -> list[Swap]:
    """What is in doubt stays so, and nobody is told."""
    before = Draft.alert

    def alert(draft: Draft, event: str, text: str) -> None:
        if event != "unresolved":
            before(draft, event, text)

    return [Swap(order, "resolve", lambda _draft: None), Swap(Draft, "alert", alert)]


def alert_says_nothing() -> list[Swap]:
    """An alert has a name and no words."""
    before = Draft.alert
    return [Swap(Draft, "alert", lambda draft, event, _text: before(draft, event, "None"))]


def empty_taken_for_flat() -> list[Swap]:
    """An answer that did not come says that there is nothing, and is believed at once."""
    before = reconciliation.take_answer
    return [
        Swap(order, "take_answer", lambda draft, answer: before(draft, replace(answer, known=True))),
        Swap(reconciliation, "READS", 1),
    ]


def executions_not_taken() -> list[Swap]:
    """What has filled unseen is asked for, and not booked."""
    return [Swap(reconciliation, "take_execution", lambda _draft, _told: None)]


def silent_pending() -> list[Swap]:
    """Nothing puts an order in doubt: one that nobody answers is waited for, for ever."""
    before = Draft.see

    def see(draft: Draft, each: Order, happening: Happening, **changes: Any) -> Order:
        return each if happening is Happening.DOUBT else before(draft, each, happening, **changes)

    return [Swap(Draft, "see", see), Swap(reconciliation, "_absent", lambda _draft, _order: None)]
