"""Tables of events in decimal prices: CSV (plain, gz or zst) and Parquet, with the columns of TABLE."""

import gzip
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import QUOTE, SEED, TRADE, Batch, empty_batch
from system.storage.importing.csv_file import header_of, read_csv
from system.storage.importing.dbn_file import ZSTD_MAGIC
from system.storage.importing.decimal_prices import Mask, Place, floats, to_contracts, to_ticks
from system.storage.tape import open_input, open_parquet
from system.storage.tape_rows import SEED_SUMS, check_times

REQUIRED: Final = ("ts_ns", "kind", "price", "size")
QUOTED: Final = ("bid", "ask", "bid_size", "ask_size")  # all or none
OPTIONAL: Final = ("side", *SEED_SUMS)
KINDS: Final = pa.array(["quote", "trade", "gap", "seed", "0", "1", "2", "3"])  # the numbers are the tape's own
CSV_TYPES: Final = {
    "ts_ns": pa.int64(),
    "kind": pa.string(),
    **dict.fromkeys(("price", "size", *QUOTED, "side"), pa.float64()),
    **dict.fromkeys(SEED_SUMS, pa.int64()),
}


class TableSource:
    """One CSV or Parquet table. Raises InputError where a column is missing or of a type that cannot be read."""

    def __init__(self, path: Path, symbol: str | None, contract: ContractMonth | None) -> None:
        self.name = str(path)
        self.dropped: Counter[str] = Counter()
        self.symbol = symbol or ""
        self.contract_month = contract
        self._path = path
        with open_input(path) as file:
            self._is_parquet = file.read(4) == b"PAR1"
        self.label = "Parquet table" if self._is_parquet else "CSV table"
        self._columns = self._check_columns()
        self.has_quotes = self._finds_quotes()

    def batches(self) -> Generator[Batch, None, None]:
        """See Source. Quotes on trade rows are read only where the table has no quote rows."""
        last_ns = None
        with closing(self._rows(self._columns)) as blocks:
            for rows, place in blocks:
                batch = self._convert(rows, place)
                check_times(batch["ts_ns"], last_ns, place)
                last_ns = int(batch["ts_ns"][-1])
                yield batch

    def _names(self) -> list[str]:
        if not self._is_parquet:
            return header_of(self.name, self._open_csv)
        with open_input(self._path) as file, open_parquet(self._path, file) as parquet:
            return list(parquet.schema_arrow.names)

    def _check_columns(self) -> list[str]:
        names = self._names()
        quoted = QUOTED if any(name in names for name in QUOTED) else ()
        missing = [name for name in (*REQUIRED, *quoted) if name not in names]
        if missing:
            commas = "" if self._is_parquet or len(names) > 1 else ", separated by commas"
            raise InputError(
                f"{self.name}: no column {missing[0]}; a table of events has {', '.join(REQUIRED + QUOTED)}{commas}"
            )
        twice = [name for name in names if names.count(name) > 1 and name in CSV_TYPES]
        if twice:
            raise InputError(f"{self.name}: two columns {twice[0]}; expected one")
        return [*REQUIRED, *quoted, *(name for name in OPTIONAL if name in names)]

    def _finds_quotes(self) -> bool:
        """Look at the kinds alone, as far as the first quote: most often the first row."""
        with closing(self._rows(["kind"])) as blocks:
            return any(bool((_kinds(rows.column("kind"), place) == QUOTE).any()) for rows, place in blocks)

    def _rows(self, columns: list[str]) -> Generator[tuple[pa.RecordBatch, Place], None, None]:
        if not self._is_parquet:
            yield from read_csv(self.name, self._open_csv, CSV_TYPES, header=True, columns=columns)
            return
        with open_input(self._path) as file, open_parquet(self._path, file) as parquet:
            yield from _parquet_rows(self.name, parquet, columns)

    def _open_csv(self) -> BinaryIO:
        with open_input(self._path) as file:
            magic = file.read(4)
        if magic[:2] == b"\x1f\x8b":
            return cast("BinaryIO", gzip.open(self._path))
        if magic == ZSTD_MAGIC:
            return cast("BinaryIO", pa.input_stream(str(self._path), compression="zstd"))
        return self._path.open("rb")

    def _convert(self, rows: pa.RecordBatch, place: Place) -> Batch:
        batch = empty_batch(rows.num_rows)
        batch["ts_ns"] = _whole(rows, "ts_ns", np.ones(rows.num_rows, bool), place)
        batch["kind"] = _kinds(rows.column("kind"), place)
        trade, quote, seed = (batch["kind"] == kind for kind in (TRADE, QUOTE, SEED))
        for name, target, convert in (("price", "price_ticks", to_ticks), ("size", "size", to_contracts)):
            values, null = _floats(rows, name, place)
            if (null & trade).any():
                raise InputError(f"{place(int(np.argmax(null & trade)))}: a trade without {name}")
            batch[target] = convert(name, values, trade, place)
        if "bid" in rows.schema.names:
            quoted = quote if self.has_quotes else trade
            for side in ("bid", "ask"):
                prices, no_price = _floats(rows, side, place)
                sizes, no_size = _floats(rows, f"{side}_size", place)
                there = quoted & ~no_price & ~no_size
                batch[f"{side}_ticks"] = to_ticks(side, prices, there, place)
                batch[f"{side}_size"] = to_contracts(f"{side}_size", sizes, there, place)
        elif quote.any():
            raise InputError(f"{place(int(np.argmax(quote)))}: a quote, but no columns {', '.join(QUOTED)}")
        if "side" in rows.schema.names:
            batch["side"] = _sides(rows, trade, place)
        if seed.any():
            _fill_seeds(batch, rows, seed, place)
        return batch


def _parquet_rows(name: str, parquet: pq.ParquetFile, columns: list[str]) -> Iterator[tuple[pa.RecordBatch, Place]]:
    before = 0
    try:
        for rows in parquet.iter_batches(131_072, columns=columns, use_threads=False):
            first = before + 1
            before += rows.num_rows
            if rows.num_rows:
                yield rows, _row_place(name, first)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: damaged Parquet file: {' '.join(str(error).split())[:160]}") from error


def _row_place(name: str, first: int) -> Place:
    return lambda row: f"{name}: row {first + row}"


def _floats(rows: pa.RecordBatch, name: str, place: Place) -> tuple[npt.NDArray[np.float64], Mask]:
    try:
        return floats(rows.column(name))
    except pa.ArrowException as error:
        raise InputError(f"{place(0)}: column {name} is {rows.column(name).type}; expected numbers") from error


def _whole(rows: pa.RecordBatch, name: str, where: Mask, place: Place) -> npt.NDArray[np.int64]:
    """A column of integers or times, without null where it is used."""
    column = rows.column(name)
    null = column.is_null().to_numpy(zero_copy_only=False)
    if (null & where).any():
        raise InputError(f"{place(int(np.argmax(null & where)))}: no {name}; expected an integer")
    try:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("ns", column.type.tz))
        elif not pa.types.is_integer(column.type):
            raise pa.ArrowTypeError
        return np.asarray(column.cast(pa.int64()).fill_null(0).to_numpy(), np.int64)
    except pa.ArrowException as error:
        raise InputError(f"{place(0)}: column {name} is {column.type}; expected 64-bit integers") from error


def _kinds(column: pa.Array, place: Place) -> npt.NDArray[np.uint8]:
    try:
        codes = pc.index_in(column.cast(pa.string()), value_set=KINDS)
    except pa.ArrowException as error:
        raise InputError(f"{place(0)}: column kind is {column.type}; expected quote or trade") from error
    if codes.null_count:
        row = int(np.argmax(codes.is_null().to_numpy(zero_copy_only=False)))
        raise InputError(f"{place(row)}: kind is {column[row].as_py()!r}; expected quote, trade, gap or seed")
    kinds: npt.NDArray[np.uint8] = (codes.to_numpy() % 4).astype(np.uint8)
    return kinds


def _sides(rows: pa.RecordBatch, trade: Mask, place: Place) -> npt.NDArray[np.int8]:
    """+1, -1, or 0 where the table does not say."""
    values, _ = _floats(rows, "side", place)
    sides = np.where(trade, values, 0.0)
    bad = ~np.isin(sides, (-1.0, 0.0, 1.0))
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{place(row)}: side is {values[row]:.10g}; expected 1, -1, 0 or nothing")
    return sides.astype(np.int8)


def _fill_seeds(batch: Batch, rows: pa.RecordBatch, seed: Mask, place: Place) -> None:
    for name in SEED_SUMS:
        if name not in rows.schema.names:
            raise InputError(f"{place(int(np.argmax(seed)))}: a seed, but no column {name}")
        batch[name] = np.where(seed, _whole(rows, name, seed, place), 0)
    bad = batch["seed_size"] < 0
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{place(row)}: seed_size is {batch['seed_size'][row]}; expected 0 or more")
