"""Columns of a CSV or table on their way to ticks and contracts, each failure naming the row's place in its file."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from system.domain.errors import InputError
from system.domain.instrument import TICKS_PER_POINT

MAX_TICKS: Final = 4_000_000  # a million points
MAX_SIZE: Final = 1_000_000_000  # contracts; anything larger is an error of the source

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Place = Callable[[int], str]  # from a row of the batch to "FILE: line N"


def floats(column: pa.Array) -> tuple[Floats, Mask]:
    """An Arrow column as float64 and where it is null; nulls are 0. Integers and decimals are converted exactly enough.

    Raises pa.ArrowInvalid for a type that is not a number.
    """
    null = np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)
    if pa.types.is_null(column.type):
        return np.zeros(len(column)), null
    values = column.cast(pa.float64(), safe=False)
    if column.null_count:
        values = values.fill_null(0.0)
    return np.asarray(values.to_numpy(), np.float64), null


def to_ticks(name: str, values: Floats, where: Mask, place: Place) -> npt.NDArray[np.int32]:
    """Prices in points to integer ticks; rows outside `where` become 0. Raises InputError for NaN and off the grid."""
    scaled = np.where(where, values, 0.0) * TICKS_PER_POINT
    ticks = np.rint(scaled)
    bad = ~(ticks == scaled) | (ticks < 0) | (ticks >= MAX_TICKS)
    if bad.any():
        row = int(np.argmax(bad))
        value = float(values[row])
        what = "on the grid of 0.25" if 0 <= value < MAX_TICKS / TICKS_PER_POINT else "a price"
        raise InputError(f"{place(row)}: {name} is {value:.10g}; expected {what}")
    exact: npt.NDArray[np.int32] = ticks.astype(np.int32)
    return exact


def to_contracts(name: str, values: Floats, where: Mask, place: Place) -> npt.NDArray[np.int32]:
    """Sizes to integers; rows outside `where` become 0. Raises InputError for NaN, fractions and negative sizes."""
    sizes = np.where(where, values, 0.0)
    bad = ~(sizes == np.rint(sizes)) | (sizes < 0) | (sizes > MAX_SIZE)
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{place(row)}: {name} is {float(values[row]):.10g}; expected contracts, 0 or more")
    return sizes.astype(np.int32)
