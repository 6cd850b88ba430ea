"""One step of the order brain in the making: the state so far and the commands so far, records before deeds."""

from typing import Any, Final

from system.domain.intent import Bracket, Order, Role, terms
from system.domain.limits import OrderRules
from system.domain.order_events import Alert, Cancel, Command, Halt, Journal, Place
from system.domain.order_log import State, apply
from system.domain.order_state import Happening, OrderState, advance
from system.domain.settings import SECOND_NS

ANSWER_NS: Final = 5 * SECOND_NS  # until then an answer may be on its way; after it, nothing is known
GRACE_NS: Final = 10 * SECOND_NS  # a position may lag its fills by so much
TRIES_MAX: Final = 3
REFUSALS_MAX: Final = 3  # of entries in a row: whatever the reason is, it lasts


class Draft:
    """Collects what one event leads to. `rules` are the user's."""

    def __init__(self, state: State, now_ns: int, rules: OrderRules) -> None:
        self.state = state
        self.now_ns = now_ns
        self.rules = rules
        self.commands: list[Command] = []

    # records

    def note(self, kind: str, **payload: int | str) -> None:
        """Write a record, and take its effect."""
        self.state = apply(self.state, kind, self.now_ns, payload)
        self.commands.append(Journal(kind=kind, now_ns=self.now_ns, payload=payload))

    def set(self, **changes: int | str) -> None:
        """Change the state's own fields, if they differ."""
        changes = {name: new for name, new in changes.items() if getattr(self.state, name) != new}
        if changes:
            self.note("state", **changes)

    def set_bracket(self, **changes: int | str) -> None:
        """Change the bracket's own fields, if they differ."""
        changes = {name: new for name, new in changes.items() if getattr(self.state.bracket, name) != new}
        if changes:
            self.note("bracket", **changes)

    def set_order(self, order: Order, **changes: Any) -> Order:
        """Change an order's fields, if they differ; return it as it is then."""
        changes = {name: new for name, new in changes.items() if getattr(order, name) != new}
        if not changes:
            return order
        if isinstance(changes.get("state"), OrderState):
            changes |= {"state": changes["state"].value, "since_ns": self.now_ns}
        self.note("order", order_id=order.order_id, **changes)
        return self.order(order.order_id)

    def happen(self, order: Order, happening: Happening, **changes: Any) -> Order:
        """Let something happen to an order."""
        return self.set_order(order, state=advance(order.state, happening), **changes)

    def see(self, order: Order, happening: Happening, **changes: Any) -> Order:
        """Let something happen to an order that only an answer to a later question can outdo."""
        return self.happen(order, happening, seen=self.state.records, **changes)

    # where things are

    @property
    def bracket(self) -> Bracket:
        """The newest bracket, where there must be one."""
        assert self.state.bracket is not None
        return self.state.bracket

    def order(self, order_id: int) -> Order:
        """An order of the newest bracket, as it is now."""
        order = self.bracket.order(order_id)
        assert order is not None
        return order

    def is_late(self, since_ns: int) -> bool:
        """Whether an answer due since then can no longer be on its way."""
        return self.now_ns - since_ns >= ANSWER_NS

    # deeds

    def alert(self, event: str, text: str) -> None:
        """Say it out loud."""
        self.commands.append(Alert(event=event, text=text))

    def halt(self, reason: str) -> None:
        """Stop entries until an operator resumes. The first reason stands."""
        if not self.state.halted:
            self.set(halted=reason)
            self.alert("halted", reason)
            self.commands.append(Halt(reason=reason))

    def cancel(self, order: Order) -> None:
        """Ask for a cancel: three times on a connection, with time for an answer in between."""
        if order.state is OrderState.CANCELING or (order.cancels and not self.is_late(order.cancel_ns)):
            return
        if order.cancels > TRIES_MAX:
            return
        if order.cancels == TRIES_MAX:
            self.set_order(order, cancels=TRIES_MAX + 1)
            self.alert("cancel_failed", f"order {order.order_id} could not be canceled, and may fill")
            self.halt(f"order {order.order_id} could not be canceled")
            return
        asked = {"cancels": order.cancels + 1, "cancel_ns": self.now_ns}
        if order.state is OrderState.UNKNOWN:
            self.set_order(order, **asked)  # a cancel of it proves nothing
        else:
            self.happen(order, Happening.ASK_CANCEL, **asked)
        self.commands.append(Cancel(order_id=order.order_id))

    def move(self, order: Order, price_ticks: int) -> None:
        """Give an order another price; until it is read back, nothing is proven of it."""
        moved = self.see(order, Happening.SEND, price_ticks=price_ticks, proof="")
        self.commands.append(Place(orders=(terms(self.bracket.ref, moved),)))

    def place_exit(self, role: Role, price_ticks: int = 0) -> None:
        """Send one more exit for all that is held, in the group of the others."""
        held, bracket, order_id = self.state.book.position, self.bracket, self.state.next_id
        side = -1 if held > 0 else 1
        group = bracket.exit_group(side)
        self.note(
            "exit_intent",
            order_id=order_id,
            role=role.value,
            side=side,
            contracts=abs(held),
            price_ticks=price_ticks,
            group=group,
        )
        self.commands.append(Place(orders=(terms(bracket.ref, self.order(order_id)),)))
