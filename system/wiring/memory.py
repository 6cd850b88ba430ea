"""What the journal remembers, as the actors begin with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from system.domain import gate_log
from system.domain.order_log import APPLY, State, fold
from system.storage.journal import Journal

CONTRACT: Final = "contract"  # what is traded from then on


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


def remember(records: Iterable[Kept], before: Memory | None = None) -> Memory:
    """The fold of a journal, or of what has come since `before`."""
    before = before or Memory()
    last = {gate_log.KIND: before.gate, CONTRACT: before.contract}

    def of_orders() -> Iterator[tuple[str, int, Mapping[str, Any]]]:
        for record in records:
            if record.kind in APPLY:
                yield record.kind, record.now_ns, record.payload
            else:
                last[record.kind] = record.payload

    orders = fold(of_orders(), before.orders)
    return Memory(orders=orders, gate=last[gate_log.KIND], contract=last[CONTRACT])


class Recollection:
    """The fold of a journal in use. Each call reads what has been written since the one before, and only that."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._memory = Memory()
        self._seq = 0

    def __call__(self) -> Memory:
        """Up to the last event. Raises StorageError where one is no longer as it was written."""
        last_seq = self.journal.last_seq
        self._memory = remember(self.journal.records(after=self._seq), self._memory)
        self._seq = last_seq
        return self._memory
