"""What the order brain knows, and the records that it is the fold of.

Every change of the state is a record: `apply` is the only way to a new state, so a journal read back gives the
running state, bit for bit. A payload is flat, of integers and strings; enumerations are written by value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace
from typing import Any, Final, cast

from system.domain.book import MISSED, Book, Execution, add, charge
from system.domain.changed import changed, values
from system.domain.intent import Bracket, Order, Role, bracket_of
from system.domain.limits import MINUTE_NS

PAST_KEPT: Final = 64  # brackets whose late reports are still known to be ours, and foreign executions
NEVER: Final = -1

Payload = Mapping[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that the next decision depends on."""

    records: int = 0  # applied so far; the number of the next one
    # the link
    up: bool = False
    generation: int = 0
    up_record: int = 0  # since when answers count
    synced: bool = False
    # what was asked, by record number: the newest round, and the newest round with an answer, by question
    asked: int = NEVER
    asked_ns: int = 0
    rounds: int = 0  # in a row without clearing things up
    open_orders: int = NEVER
    executions: int = NEVER
    positions: int = NEVER
    # ours
    next_id: int = 1  # the lowest order id never used; it never falls
    brackets: int = 0
    bracket: Bracket | None = None  # the newest, over or not
    past: tuple[str, ...] = ()
    sent_ns: tuple[int, ...] = ()  # orders of the last minute
    book: Book = field(default_factory=Book)
    moved: int = NEVER  # the record of the last execution
    moved_ns: int = 0
    # the broker's
    told_contracts: int = 0
    told: int = NEVER  # the record that said so
    mismatches: int = 0  # reads in a row that differ from the book
    foreign_contracts: int = 0  # held at the broker and not by us
    foreign_orders: tuple[int, ...] = ()  # permIds of live ones
    foreign_executions: tuple[str, ...] = ()  # the newest of those that have been said out loud
    refused: int = 0  # entries in a row
    halted: str = ""

    @property
    def is_read(self) -> bool:
        """Orders, executions and position have been told in full on this connection."""
        return self.up and min(self.open_orders, self.executions, self.positions) > self.up_record

    @property
    def is_flat(self) -> bool:
        """Nothing of ours is held, and none of our orders may still fill."""
        return not self.book.position and not any(order.is_live for order in self.orders)

    @property
    def orders(self) -> tuple[Order, ...]:
        """Those of the newest bracket: every older one is proven over."""
        return self.bracket.orders if self.bracket is not None else ()


Changes = dict[str, Any]  # of a state, by field


def _typed(value: State | Bracket | Order, payload: Payload) -> Changes:
    """A payload's fields as the value has them."""
    changes: Changes = {}
    for name, new in payload.items():
        old = getattr(value, name)
        changes[name] = type(old)(new) if isinstance(old, Enum | bool) else new
    return changes


def _with_order(state: State, order: Order, changes: Changes) -> Bracket:
    """The bracket with an order in its place, changed; a new one at the end."""
    bracket = state.bracket
    assert bracket is not None, "an order has a bracket"
    new = changed(order, changes)
    orders = [new if new.order_id == other.order_id else other for other in bracket.orders]
    if new not in orders:
        orders.append(new)
    return changed(bracket, {"orders": tuple(orders)})


def _sent(state: State, now_ns: int, first_id: int, number: int) -> Changes:
    recent = tuple(at_ns for at_ns in state.sent_ns if now_ns - at_ns < MINUTE_NS)
    return {"next_id": max(state.next_id, first_id + number), "sent_ns": recent + (now_ns,) * number}


def _intent(state: State, now_ns: int, payload: Any) -> Changes:
    past = state.past if state.bracket is None else (*state.past, state.bracket.ref)[-PAST_KEPT:]
    bracket = bracket_of(**payload, now_ns=now_ns, seen=state.records)
    sent = _sent(state, now_ns, payload["entry_id"], len(bracket.orders))
    return {"brackets": state.brackets + 1, "bracket": bracket, "past": past, **sent}


def _exit(state: State, now_ns: int, payload: Any) -> Changes:
    order = Order(
        **payload | {"role": Role(payload["role"])},
        remaining=payload["contracts"],
        since_ns=now_ns,
        seen=state.records,
    )
    return {"bracket": _with_order(state, order, {}), **_sent(state, now_ns, order.order_id, 1)}


def _order(state: State, _now_ns: int, payload: Any) -> Changes:
    changes = dict(payload)
    assert state.bracket is not None, "an order has a bracket"
    order = state.bracket.order(changes.pop("order_id"))
    assert order is not None, "a record names an order of the bracket"
    return {"bracket": _with_order(state, order, _typed(order, changes))}


def _bracket(state: State, _now_ns: int, payload: Payload) -> Changes:
    assert state.bracket is not None, "there is one to change"
    return {"bracket": changed(state.bracket, _typed(state.bracket, payload))}


def _execution(state: State, now_ns: int, payload: Any) -> Changes:
    values = {name: payload[name] for name in ("order_id", "side", "contracts", "price_ticks", "ts_ns")}
    order = state.bracket.order(payload["order_id"]) if state.bracket is not None else None
    is_live = order is not None and order.is_live
    book = add(state.book, payload["exec_id"], Execution(revision=0, **values), is_live=is_live)
    changes: Changes = {"book": book, "moved": state.records, "moved_ns": now_ns}
    if order is not None:
        changes["bracket"] = _with_order(state, order, {"filled": book.filled(order.order_id)})
    return changes


def _commission(state: State, _now_ns: int, payload: Any) -> Changes:
    """A late fact, for whoever reads the journal, and never in a decision; without cents: it did not come in time."""
    return {"book": charge(state.book, payload["exec_id"], payload.get("cents", MISSED))}


def _foreign(state: State, _now_ns: int, payload: Any) -> Changes:
    others = tuple(perm_id for perm_id in state.foreign_orders if perm_id != payload["perm_id"])
    return {"foreign_orders": (*others, payload["perm_id"]) if payload["live"] else others}


def _foreign_execution(state: State, _now_ns: int, payload: Any) -> Changes:
    return {"foreign_executions": (*state.foreign_executions, payload["exec_id"])[-PAST_KEPT:]}


def _state(state: State, _now_ns: int, payload: Payload) -> Changes:
    return _typed(state, payload)


APPLY: Final = {
    "intent": _intent,  # a bracket, before its bytes leave
    "exit_intent": _exit,  # a further exit of the bracket, likewise
    "order": _order,
    "bracket": _bracket,
    "execution": _execution,
    "commission": _commission,
    "foreign": _foreign,
    "foreign_execution": _foreign_execution,
    "state": _state,
}


def apply(state: State, kind: str, now_ns: int, payload: Payload) -> State:
    """The state after a record."""
    return changed(state, APPLY[kind](state, now_ns, payload) | {"records": state.records + 1})


def fold(records: Iterable[tuple[str, int, Payload]], state: State | None = None) -> State:
    """The state that records (kind, now_ns, payload) lead to, from the very first or from `state` on.

    As `apply` for each, with one state in the making: a journal of a year is a quarter of a million records.
    """
    start = state or State()
    making = SimpleNamespace(**values(start))
    for kind, now_ns, payload in records:
        changes = APPLY[kind](cast(State, making), now_ns, payload)
        making.__dict__.update(changes)
        making.records += 1
    return State(**vars(making))
