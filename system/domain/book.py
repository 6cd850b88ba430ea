"""Our own book: what executions of our orders add up to, each counted once, corrections netted out.

An execution's key is its id without the last part, which is its revision. A fill that no execution explains is
`inferred`; an execution that comes after all takes its place: of the order that the fill was ascribed to, or, where it
was ascribed to none, of an order that was over. What fills an order that lives is news, and explains nothing past.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from system.domain.settings import DAY_S, SECOND_NS

KEPT_NS: Final = 10 * DAY_S * SECOND_NS  # TWS tells those since midnight, or, as its trade log is set, of a week
EXPLAINED_NS: Final = 3 * DAY_S * SECOND_NS  # an inferred fill that no execution has explained by then stays one
INFERRED: Final = "inferred"
UNTOLD: Final = -1  # a commission that is yet to be told
MISSED: Final = -2  # one that has not been told in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution as it stands after its last correction."""

    revision: int
    order_id: int
    side: int
    contracts: int
    price_ticks: int
    ts_ns: int
    commission_cents: int = UNTOLD

    @property
    def signed(self) -> int:
        """What it adds to the position."""
        return self.side * self.contracts


@dataclass(frozen=True, slots=True)
class Book:
    """`position` is the sum of every execution ever; `executions` are those that may be told again."""

    position: int = 0
    executions: Mapping[str, Execution] = field(default_factory=lambda: MappingProxyType({}))

    def filled(self, order_id: int) -> int:
        """Contracts of an order that are known to have traded."""
        return sum(found.contracts for found in self.executions.values() if found.order_id == order_id)

    @property
    def held_at_ticks(self) -> int:
        """The price of the last execution on the side that is held; 0: nothing is, or it is not known any more."""
        prices = [found.price_ticks for found in self.executions.values() if found.signed * self.position > 0]
        return prices[-1] if prices else 0


def split_id(exec_id: str) -> tuple[str, int]:
    """The key and the revision in an execution id; one without a number at its end has revision 0."""
    stem, _, revision = exec_id.rpartition(".")
    return (stem, int(revision)) if stem and revision.isdigit() else (exec_id, 0)


def is_new(book: Book, exec_id: str) -> bool:
    """Whether an execution, or this correction of one, is not in the book yet."""
    stem, revision = split_id(exec_id)
    before = book.executions.get(stem)
    return before is None or revision > before.revision


def add(book: Book, exec_id: str, execution: Execution, *, is_live: bool = False) -> Book:
    """Count an execution; told again it changes nothing, corrected it changes the book by the difference.

    `is_live`: its order could still fill, for all that was known.
    """
    if not is_new(book, exec_id):
        return book
    stem, revision = split_id(exec_id)
    since_ns = execution.ts_ns - KEPT_NS
    kept = {key: found for key, found in book.executions.items() if found.ts_ns >= since_ns}
    before = book.executions.get(stem)
    change = execution.signed - (before.signed if before is not None else 0)
    if before is None and not stem.startswith(INFERRED):
        change -= _supersede(kept, execution, is_live)
    kept[stem] = replace(execution, revision=revision)
    return Book(book.position + change, MappingProxyType(kept))


def charge(book: Book, exec_id: str, cents: int) -> Book:
    """Note an execution's commission, or that it was missed; of one that is not in the book nothing is known."""
    stem, _ = split_id(exec_id)
    found = book.executions.get(stem)
    if found is None:
        return book
    return Book(book.position, MappingProxyType({**book.executions, stem: replace(found, commission_cents=cents)}))


def _supersede(kept: dict[str, Execution], execution: Execution, is_live: bool) -> int:
    """Take away as much of inferred fills as an execution explains; return what they had added."""
    taken = 0
    for key in [key for key in kept if key.startswith(INFERRED)]:
        found = kept[key]
        left = execution.contracts - taken
        is_its = found.order_id == execution.order_id if found.order_id else not is_live
        is_recent = execution.ts_ns - found.ts_ns < EXPLAINED_NS
        if found.side == execution.side and is_its and is_recent and left:
            taken += min(left, found.contracts)
            rest = found.contracts - min(left, found.contracts)
            if rest:
                kept[key] = replace(found, contracts=rest)
            else:
                del kept[key]
    return execution.side * taken
