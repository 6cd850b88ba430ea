"""Tape rows between Arrow and NumPy: the columns of the format, and every check that a row must pass.

Checks are vectorised and look for the row only once one has failed. Messages name a 1-based row of the file.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from system.domain.errors import InputError
from system.domain.ticks import EVENT, SEED, TRADE, Batch, empty_batch

INT32: Final = ("price_ticks", "size", "bid_ticks", "ask_ticks", "bid_size", "ask_size")
SIZES: Final = ("size", "bid_size", "ask_size")
SEED_SUMS: Final = ("seed_price_size", "seed_size")
REQUIRED: Final = ("ts_ns", "kind", *INT32)
OPTIONAL: Final = ("side", *SEED_SUMS)
SCHEMA: Final = pa.schema(
    [
        pa.field("ts_ns", pa.int64(), nullable=False),
        pa.field("kind", pa.uint8(), nullable=False),
        *(pa.field(name, pa.int32(), nullable=False) for name in INT32),
        pa.field("side", pa.int8(), nullable=False),
        *(pa.field(name, pa.int64(), nullable=True) for name in SEED_SUMS),
    ]
)
KINDS: Final = "0 quote, 1 trade, 2 gap or 3 seed"

EARLIEST_NS: Final = 631_152_000 * 10**9  # 1990, before ES was; seconds, milliseconds and microseconds are 1970 here
LATEST_NS: Final = 4_102_444_800 * 10**9  # 2100

_Mask = npt.NDArray[np.bool_]


def check_schema(path: str, schema: pa.Schema) -> list[str]:
    """The columns to read. Raises InputError for a column that is missing, or whose type is not integer."""
    names = set(schema.names)
    for name in REQUIRED:
        if name not in names:
            hint = "; this looks like a table in decimal prices: `bn tape import` turns it into a tape"
            extra = hint if {"price", "kind"} <= names else ""
            raise InputError(f"{path}: no column {name}; a tape has {', '.join(REQUIRED)}{extra}")
    columns = [name for name in (*REQUIRED, *OPTIONAL) if name in names]
    for name in columns:
        if schema.names.count(name) > 1:
            raise InputError(f"{path}: two columns {name}; expected one")
        kind = schema.field(name).type
        # A nullable column without any value may carry Arrow's null type.
        if not pa.types.is_integer(kind) and not (name in OPTIONAL and pa.types.is_null(kind)):
            raise InputError(f"{path}: column {name} is {kind}; expected {SCHEMA.field(name).type}")
    return columns


def to_arrow(batch: Batch) -> pa.RecordBatch:
    """A batch as Arrow columns of SCHEMA; seed sums are null except on seed rows."""
    arrays = []
    for field in SCHEMA:
        values = np.ascontiguousarray(batch[field.name])
        mask = batch["kind"] != SEED if field.nullable else None
        arrays.append(pa.array(values, type=field.type, mask=mask))
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def from_arrow(path: str, rows: pa.RecordBatch, before: int, last_ns: int | None) -> Batch:
    """Check and convert rows; `before` rows of the file came earlier, the last of them at `last_ns`.

    Null or missing: a quote side whose price or size is null is absent (price and size 0); fields that a row's kind
    does not use are 0; `side` is unknown. A size under 0 means what 0 does, and is read as 0. Raises InputError naming
    the row.
    """
    batch = empty_batch(rows.num_rows)
    nulls: dict[str, _Mask] = {}
    for name in rows.schema.names:
        values, null = _values(rows.column(name))
        if null is not None:
            nulls[name] = null
            values = np.where(null, 0, values)
        if not np.can_cast(values.dtype, EVENT[name], "safe"):
            _check_range(path, before, name, values)
        batch[name] = np.maximum(values, 0) if name in SIZES and values.min(initial=0) < 0 else values
    if nulls:
        _settle_nulls(path, before, batch, nulls)
    if np.any(batch["kind"] == SEED):
        _check_seeds(path, before, batch, rows.schema.names)
    check_rows(path, batch, before, last_ns)
    return batch


def check_rows(path: str, batch: Batch, before: int, last_ns: int | None) -> None:
    """Raise InputError for the first row with an unknown kind or side, a negative size or a time before the last."""
    kind = batch["kind"]
    if kind.max(initial=0) > SEED:
        row = _first(kind > SEED)
        raise InputError(f"{path}: row {before + row + 1}: kind is {kind[row]}; expected {KINDS}")
    for name in SIZES:
        if batch[name].min(initial=0) < 0:
            row = _first(batch[name] < 0)
            raise InputError(f"{path}: row {before + row + 1}: {name} is {batch[name][row]}; expected 0 or more")
    side = batch["side"]
    if side.min(initial=0) < -1 or side.max(initial=0) > 1:
        row = _first((side < -1) | (side > 1))
        raise InputError(f"{path}: row {before + row + 1}: side is {side[row]}; expected 1, -1 or 0")
    check_times(batch["ts_ns"], last_ns, lambda row: f"{path}: row {before + row + 1}")


def check_times(ts_ns: npt.NDArray[np.int64], last_ns: int | None, place: Callable[[int], str]) -> None:
    """Raise InputError at the first time that goes backwards or that `check_era` refuses.

    `last_ns` is the time before this slice; `place` names file and row for an index of it.
    """
    if not len(ts_ns):
        return
    backwards = ts_ns[1:] < ts_ns[:-1]
    if last_ns is not None and ts_ns[0] < last_ns:
        row, earlier = 0, last_ns
    elif backwards.any():
        row = _first(backwards) + 1
        earlier = int(ts_ns[row - 1])
    else:
        check_era(ts_ns, place)
        return
    raise InputError(f"{place(row)}: time {ts_ns[row]} lies before {earlier} above it; expected times in order")


def check_era(ts_ns: npt.NDArray[np.int64], place: Callable[[int], str]) -> None:
    """Raise InputError at the first of these times, which are in order, that cannot be nanoseconds since 1970."""
    if ts_ns[0] < EARLIEST_NS or ts_ns[-1] >= LATEST_NS:
        row = _first((ts_ns < EARLIEST_NS) | (ts_ns >= LATEST_NS))
        raise InputError(f"{place(row)}: time {ts_ns[row]}; expected nanoseconds since 1970, from 1990 to 2099")


def _values(column: pa.Array) -> tuple[npt.NDArray[Any], _Mask | None]:
    """A column's integers, and where they are null (None: nowhere).

    Straight from Arrow's buffers: its own `is_null` and `fill_null` import `pyarrow.compute`, which takes 0.2 s.
    """
    if column.null_count == len(column):
        return np.zeros(len(column), np.int8), np.ones(len(column), bool)
    validity, data = column.buffers()
    begin, end = column.offset, column.offset + len(column)
    values = np.frombuffer(data, column.type.to_pandas_dtype(), end)[begin:]
    if not column.null_count:
        return values, None
    return values, np.unpackbits(np.frombuffer(validity, np.uint8), count=end, bitorder="little")[begin:] == 0


def _first(bad: _Mask) -> int:
    return int(np.argmax(bad))


def _check_range(path: str, before: int, name: str, values: npt.NDArray[Any]) -> None:
    """Raise InputError for the first value that the batch's narrower integer cannot hold."""
    limits = np.iinfo(EVENT[name])
    bad = (values < limits.min) | (values > limits.max)
    if bad.any():
        row = _first(bad)
        expected = KINDS if name == "kind" else f"{limits.min} to {limits.max}"
        raise InputError(f"{path}: row {before + row + 1}: {name} is {values[row]}; expected {expected}")


def _settle_nulls(path: str, before: int, batch: Batch, nulls: dict[str, _Mask]) -> None:
    """Give each null its meaning; fields were filled with 0 already."""
    for name in ("ts_ns", "kind"):
        if name in nulls:
            raise InputError(f"{path}: row {before + _first(nulls[name]) + 1}: {name} is null; expected a value")
    trade = batch["kind"] == TRADE
    for name in ("price_ticks", "size"):
        bad = nulls.get(name, False) & trade
        if bad.any():
            raise InputError(f"{path}: row {before + _first(bad) + 1}: a trade's {name} is null; expected a value")
    for price, size in (("bid_ticks", "bid_size"), ("ask_ticks", "ask_size")):
        if price in nulls or size in nulls:
            absent = nulls.get(price, False) | nulls.get(size, np.zeros(len(batch), bool))
            batch[price][absent] = 0
            batch[size][absent] = 0
    seed = batch["kind"] == SEED
    for name in SEED_SUMS:
        bad = nulls.get(name, False) & seed
        if bad.any():
            raise InputError(f"{path}: row {before + _first(bad) + 1}: a seed's {name} is null; expected a value")


def _check_seeds(path: str, before: int, batch: Batch, names: list[str]) -> None:
    """Raise InputError for a seed row in a tape without the columns of its sums, or whose volume is negative."""
    seed = batch["kind"] == SEED
    for name in SEED_SUMS:
        if name not in names:
            raise InputError(f"{path}: row {before + _first(seed) + 1}: a seed row, but no column {name}")
    bad = seed & (batch["seed_size"] < 0)
    if bad.any():
        row = _first(bad)
        raise InputError(f"{path}: row {before + row + 1}: seed_size is {batch['seed_size'][row]}; expected 0 or more")
