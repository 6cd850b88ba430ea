"""The batch: one or more tape events as a NumPy structured array, in tape order.

A size of 0 or less on a quote side means that the side is absent (its price is then meaningless); a size of 0 or less
on a trade makes it invalid. Live, a batch is what one packet brought; in replay, a slice of a row group.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

QUOTE: Final = 0
TRADE: Final = 1
GAP: Final = 2
SEED: Final = 3


class Kind(IntEnum):
    """What a tape row is; the numbers are those of the tape format."""

    QUOTE = QUOTE
    TRADE = TRADE
    GAP = GAP
    SEED = SEED


EVENT: Final = np.dtype(
    [
        ("ts_ns", "i8"),  # nanoseconds UTC
        ("seed_price_size", "i8"),  # seed rows: sum of price_ticks x contracts so far in the session
        ("seed_size", "i8"),  # seed rows: contracts so far in the session
        ("price_ticks", "i4"),
        ("size", "i4"),
        ("bid_ticks", "i4"),
        ("ask_ticks", "i4"),
        ("bid_size", "i4"),
        ("ask_size", "i4"),
        ("kind", "u1"),
        ("side", "i1"),  # the tape's own aggressor: +1 buy, -1 sell, 0 unknown; the method never reads it
    ],
    align=True,
)

Batch = npt.NDArray[np.void]  # shape (n,), dtype EVENT


def empty_batch(length: int) -> Batch:
    """A zeroed batch of `length` events."""
    return np.zeros(length, dtype=EVENT)


Row = tuple[int, int, int, int, int, int, int, int, int, int, int]  # the fields of EVENT, in their order


def batch_from(rows: Sequence[Row]) -> Batch:
    """A batch from whole rows: for a few, several times as fast as from columns."""
    return np.array(rows, dtype=EVENT)


def batch_of(**columns: Any) -> Batch:
    """A batch from columns of equal length by field name; fields not named are zero."""
    length = len(next(iter(columns.values())))
    batch = empty_batch(length)
    for name, values in columns.items():
        batch[name] = values
    return batch
