"""LEAN's futures tick zips: one UTC day, one CSV without header per expiry, trades and quotes in zips of their own."""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from system.domain.errors import InputError
from system.domain.instrument import INSTRUMENTS, ContractMonth, front_month
from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch
from system.storage.importing.csv_file import read_csv
from system.storage.importing.decimal_prices import Place, floats, to_contracts, to_ticks
from system.storage.importing.merge import merge_by_time
from system.storage.importing.source import NS_PER_DAY, ROLL_DAYS
from system.storage.tape import open_input
from system.storage.tape_rows import check_times

_MEMBER: Final = re.compile(r"(\d{8})_(\w+?)_(\w+?)_(trade|quote|openinterest)_(\d{6})(?:\d\d)?\.csv")
_TEXT: Final = ("exchange", "condition")
TRADE_COLUMNS: Final = ("ms", "price", "size", "exchange", "condition", "suspicious")
QUOTE_COLUMNS: Final = ("ms", "bid", "bid_size", "ask", "ask_size", "exchange", "suspicious")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One CSV in a zip."""

    path: Path
    name: str
    day: date
    symbol: str
    kind: str  # trade or quote
    month: ContractMonth

    @property
    def place(self) -> str:
        return f"{self.path}: {self.name}"


class LeanSource:
    """One UTC day of one contract, from its trade zip, its quote zip or both."""

    def __init__(self, paths: tuple[Path, ...], symbol: str | None, contract: ContractMonth | None) -> None:
        members = [member for path in paths for member in _members(path)]
        day = members[0].day
        self.name = " and ".join(str(path) for path in paths)
        self.label = "LEAN tick"
        self.dropped: Counter[str] = Counter()
        self.symbol = _one_symbol(self.name, members, symbol)
        members = [member for member in members if member.symbol == self.symbol]
        self.contract_month: ContractMonth | None = _one_month(self.name, members, day, contract)
        self._others = sum(member.month != self.contract_month for member in members)
        self._members = _one_of_each(self.name, [member for member in members if member.month == self.contract_month])
        self.has_quotes = "quote" in self._members
        self._midnight_ns = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000_000

    def batches(self) -> Generator[Batch, None, None]:
        """See Source. At equal times quotes come first, then trades, each in the order of its file."""
        self.dropped.clear()
        self.dropped["files of another contract"] = self._others
        streams = [
            self._stream(self._members[kind], columns, convert)
            for kind, columns, convert in (
                ("quote", QUOTE_COLUMNS, _quotes()),
                ("trade", TRADE_COLUMNS, _trades),
            )
            if kind in self._members
        ]
        return merge_by_time(*streams) if len(streams) == 2 else streams[0]

    def _stream(
        self, member: Member, columns: tuple[str, ...], convert: Callable[[pa.RecordBatch, Place], Batch]
    ) -> Generator[Batch, None, None]:
        types = {name: pa.string() if name in _TEXT else pa.float64() for name in columns}
        last_ns = None
        with closing(read_csv(member.place, lambda: _member_file(member), types, header=False)) as blocks:
            for rows, place in blocks:
                ts_ns = self._times(rows, place)
                check_times(ts_ns, last_ns, place)
                batch = convert(rows, place)
                batch["ts_ns"] = ts_ns
                last_ns = int(ts_ns[-1])
                suspicious, _ = floats(rows.column("suspicious"))
                self.dropped["marked suspicious"] += int((suspicious != 0).sum())
                yield batch[suspicious == 0]

    def _times(self, rows: pa.RecordBatch, place: Place) -> npt.NDArray[np.int64]:
        """Milliseconds since midnight, possibly with a fraction in 100 ns, to nanoseconds UTC."""
        ms, null = floats(rows.column("ms"))
        bad = null | ~((ms >= 0) & (ms * 1e6 < NS_PER_DAY))
        if bad.any():
            row = int(np.argmax(bad))
            raise InputError(f"{place(row)}: time is {ms[row]:.10g}; expected milliseconds since midnight UTC")
        return self._midnight_ns + np.rint(ms * 1e4).astype(np.int64) * 100


def _trades(rows: pa.RecordBatch, place: Place) -> Batch:
    batch = empty_batch(rows.num_rows)
    batch["kind"] = TRADE
    everywhere = np.ones(rows.num_rows, bool)
    for name, target, convert in (("price", "price_ticks", to_ticks), ("size", "size", to_contracts)):
        values, null = floats(rows.column(name))
        if null.any():
            raise InputError(f"{place(int(np.argmax(null)))}: a trade without {name}")
        batch[target] = convert(name, values, everywhere, place)
    return batch


def _quotes() -> Callable[[pa.RecordBatch, Place], Batch]:
    """A converter that carries a side forward where an update leaves it empty."""
    held = {"bid": (0, 0), "ask": (0, 0)}

    def convert(rows: pa.RecordBatch, place: Place) -> Batch:
        batch = empty_batch(rows.num_rows)
        batch["kind"] = QUOTE
        for side, carried in held.items():
            prices, null = floats(rows.column(side))
            sizes, _ = floats(rows.column(f"{side}_size"))
            given = ~null & (prices != 0)
            ticks = to_ticks(side, prices, given, place)
            contracts = to_contracts(f"{side}_size", sizes, given, place)
            latest = np.maximum.accumulate(np.where(given, np.arange(1, len(given) + 1), 0))
            batch[f"{side}_ticks"] = np.concatenate([[carried[0]], ticks])[latest]
            batch[f"{side}_size"] = np.concatenate([[carried[1]], contracts])[latest]
            held[side] = int(batch[f"{side}_ticks"][-1]), int(batch[f"{side}_size"][-1])
        return batch

    return convert


def lean_day(path: Path) -> tuple[date, str] | None:
    """The day and symbol of a LEAN tick zip, None for any other zip. Raises InputError for a damaged zip."""
    members = [match for name in _names(path) if (match := _MEMBER.fullmatch(Path(name).name))]
    if not members:
        return None
    return datetime.strptime(members[0][1], "%Y%m%d").replace(tzinfo=UTC).date(), members[0][2]


def _names(path: Path) -> list[str]:
    try:
        with open_input(path) as file, zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except zipfile.BadZipFile as error:
        raise InputError(f"{path}: zip damaged or cut off: {error}") from error


def _members(path: Path) -> list[Member]:
    members = []
    for name in _names(path):
        match = _MEMBER.fullmatch(Path(name).name)
        if match is None or match[4] == "openinterest":
            continue
        symbol = match[2].upper()
        if symbol not in INSTRUMENTS:
            raise InputError(f"{path}: holds {symbol}; expected {' or '.join(INSTRUMENTS)}")
        if match[3] != "tick":
            raise InputError(f"{path}: {name} holds {match[3]} bars; expected ticks")
        try:
            day = datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=UTC).date()
            month = ContractMonth.parse(match[5])
        except ValueError as error:
            raise InputError(f"{path}: {name}: {error}") from error
        members.append(Member(path=path, name=name, day=day, symbol=symbol, kind=match[4], month=month))
    if not members:
        raise InputError(f"{path}: no file such as 20131007_es_tick_trade_201312.csv in this zip; expected LEAN ticks")
    return members


def _one_of_each(name: str, members: list[Member]) -> dict[str, Member]:
    """Trades and quotes by that word. Raises InputError where a day's trades or quotes come twice."""
    kinds = {member.kind: member for member in members}
    if len(kinds) < len(members):
        raise InputError(f"{name}: the same day's trades or quotes twice; expected them once")
    return kinds


def _one_symbol(name: str, members: list[Member], symbol: str | None) -> str:
    there = sorted({member.symbol for member in members})
    if symbol is None and len(there) == 1:
        return there[0]
    if symbol in there:
        return symbol
    raise InputError(f"{name}: holds {', '.join(there)}; expected {symbol or 'ES or MES, chosen with --symbol'}")


def _one_month(name: str, members: list[Member], day: date, contract: ContractMonth | None) -> ContractMonth:
    """The month asked for; else the only one, else the front month of the day."""
    there = sorted({member.month for member in members})
    wanted = contract or (there[0] if len(there) == 1 else front_month(day, ROLL_DAYS))
    if wanted not in there:
        months = ", ".join(str(month) for month in there)
        raise InputError(f"{name}: holds {months}, not {wanted}; choose one with --contract")
    return wanted


@contextmanager
def _member_file(member: Member) -> Iterator[BinaryIO]:
    """One CSV of a zip, decompressed."""
    try:
        with zipfile.ZipFile(member.path) as archive, archive.open(member.name) as file:
            yield cast("BinaryIO", file)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{member.place}: zip damaged or cut off: {error}") from error
