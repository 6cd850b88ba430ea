"""A journal in memory: what is written is as durable as the run."""

from collections.abc import Sequence

from system.domain.order_events import Journal
from system.domain.road import ContractTold
from system.domain.ticks import Batch
from system.wiring.memory import Memory, remember


class MemoryJournal:
    """Records in the order in which they were written."""

    def __init__(self) -> None:
        self.records: list[Journal] = []

    def write(self, records: Sequence[Journal]) -> None:
        """Append."""
        self.records += records

    def remember(self) -> Memory:
        """The fold of all of it."""
        return remember(self.records)


class NoTape:
    """What is played from a tape need not be recorded."""

    def contract(self, contract: ContractTold) -> None:
        """Ignore."""

    def record(self, batch: Batch, now_ns: int) -> None:
        """Ignore."""
