"""What the journal remembers, as the actors begin with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from system.domain import gate_log
from system.domain.order_log import APPLY, State, apply


class Kept(Protocol):
    """A record as a journal gives it back."""

    @property
    def kind(self) -> str: ...

    @property
    def now_ns(self) -> int: ...

    @property
    def payload(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The order brain's state, the gate's last snapshot, and the contract that was traded last."""

    orders: State = field(default_factory=State)
    gate: Mapping[str, Any] | None = None
    contract: Mapping[str, Any] | None = None


def remember(records: Iterable[Kept]) -> Memory:
    """The fold of a journal."""
    orders = State()
    last: dict[str, Mapping[str, Any]] = {}
    for record in records:
        if record.kind in APPLY:
            orders = apply(orders, record.kind, record.now_ns, record.payload)
        else:
            last[record.kind] = record.payload
    return Memory(orders=orders, gate=last.get(gate_log.KIND), contract=last.get("contract"))
