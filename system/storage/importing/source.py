"""What every importer offers: batches of a source's own events, and what is known of it beforehand."""

from collections import Counter
from collections.abc import Generator
from typing import Final, Protocol

from system.domain.instrument import ContractMonth
from system.domain.ticks import Batch

NS_PER_DAY: Final = 86_400_000_000_000
ROLL_DAYS: Final = 8  # METHOD.md's default: which contract is the front month


class Source(Protocol):
    """One recording, readable more than once.

    `has_quotes` tells whether it has quote events of its own; if so the quotes on its trade rows are ignored. `symbol`
    is ES, MES or "" for unknown. `dropped` counts by reason the rows of the last pass that did not become events.
    """

    name: str  # what messages call it: the file or files
    label: str  # the tape's `source`: format and schema, never a path
    has_quotes: bool
    symbol: str
    contract_month: ContractMonth | None
    dropped: Counter[str]

    def batches(self) -> Generator[Batch, None, None]:
        """Yield the events in time order; each call starts anew. Trade rows may carry the source's own quote.

        The generator holds files open: who may stop early closes it. Raises InputError naming a row it cannot read.
        """
        ...
