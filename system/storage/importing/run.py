"""`bn tape import`: recordings in, one tape out."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import Batch, Kind
from system.storage.atomic_file import check_outputs
from system.storage.importing.dbn import DbnSource
from system.storage.importing.dbn_file import ZSTD_MAGIC
from system.storage.importing.lean import LeanSource, lean_day
from system.storage.importing.quotes import PrevailingQuotes
from system.storage.importing.source import Source
from system.storage.importing.table import TableSource
from system.storage.importing.tape_source import TapeSource
from system.storage.tape import TapeMeta, TapeWriter, open_input, open_parquet
from system.storage.tape_rows import check_era

MAKERS: Final[dict[str, Callable[[Path, str | None, ContractMonth | None], Source]]] = {
    "dbn": DbnSource,
    "tape": TapeSource,
    "table": TableSource,
}
FORMATS: Final = "Databento DBN (.dbn, .dbn.zst), a LEAN tick zip, CSV or Parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `counts` is by kind, `dropped` by reason; times are nanoseconds UTC."""

    meta: TapeMeta
    sources: tuple[str, ...]
    counts: dict[str, int]
    dropped: dict[str, int]
    first_ts_ns: int
    last_ts_ns: int

    @property
    def events(self) -> int:
        return sum(self.counts.values())


def import_tape(paths: Sequence[Path], out: Path, symbol: str | None, contract: ContractMonth | None) -> Imported:
    """Write one tape from sources of any format, in the order of their first events.

    Raises InputError where a source cannot be read to its end, they overlap in time or hold different contracts; then
    `out` is as it was before.
    """
    check_outputs([out], paths)
    sources = _in_order(find_sources(paths, symbol, contract))
    meta = _common_meta(sources)
    counts: Counter[int] = Counter()
    first_ns, last_ns = None, 0
    with TapeWriter(out, meta) as tape, closing(_joined(sources)) as batches:
        for batch in batches:
            tape.write(batch)
            counts.update(dict(enumerate(np.bincount(batch["kind"], minlength=len(Kind)).tolist())))
            first_ns = int(batch["ts_ns"][0]) if first_ns is None else first_ns
            last_ns = int(batch["ts_ns"][-1])
        if first_ns is None:
            raise InputError(f"{', '.join(source.name for source in sources)}: no quote and no trade in it")
    dropped: Counter[str] = sum((source.dropped for source in sources), Counter())
    return Imported(
        meta=meta,
        sources=tuple(source.name for source in sources),
        counts={kind.name.lower(): counts[kind] for kind in Kind},
        dropped={why: number for why, number in sorted(dropped.items()) if number},
        first_ts_ns=first_ns,
        last_ts_ns=last_ns,
    )


def find_sources(paths: Sequence[Path], symbol: str | None, contract: ContractMonth | None) -> list[Source]:
    """A source for each file, told by content; the LEAN zips of one day and symbol become one source.

    Raises InputError for a file of no known format.
    """
    sources: list[Source] = []
    days: dict[tuple[date, str], list[Path]] = {}
    for path in paths:
        kind = _format(path)
        if kind == "zip":
            day = lean_day(path)
            if day is None:
                raise InputError(f"{path}: a zip, but not LEAN's tick data; expected {FORMATS}")
            days.setdefault(day, []).append(path)
        else:
            sources.append(MAKERS[kind](path, symbol, contract))
    sources.extend(LeanSource(tuple(zips), symbol, contract) for zips in days.values())
    return sources


def _format(path: Path) -> str:
    with open_input(path) as file:
        magic = file.read(4)
        if magic == b"PAR1":
            with open_parquet(path, file) as parquet:
                return "tape" if "price_ticks" in parquet.schema_arrow.names else "table"
        if magic == ZSTD_MAGIC:
            file.seek(0)
            magic = _first_bytes(path, file)
    if magic[:3] == b"DBN":
        return "dbn"
    if magic[:2] == b"PK":
        return "zip"
    if magic[:2] == b"\x1f\x8b" or b"\0" not in magic:
        return "table"
    raise InputError(f"{path}: unknown format; expected {FORMATS}")


def _first_bytes(path: Path, file: object) -> bytes:
    try:
        with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as stream:
            magic: bytes = stream.read(4)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: zstd data damaged or cut off") from error
    return magic


def _in_order(sources: list[Source]) -> list[Source]:
    """Sorted by first event, where there is more than one."""
    if len(sources) == 1:
        return sources
    return sorted(sources, key=_first_ns)


def _first_ns(source: Source) -> int:
    with closing(source.batches()) as batches:
        return next((int(batch["ts_ns"][0]) for batch in batches if len(batch)), 0)


def _joined(sources: list[Source]) -> Generator[Batch, None, None]:
    quotes = PrevailingQuotes()
    last_ns, ahead = 0, ""
    for source in sources:
        begins = True
        with closing(source.batches()) as batches:
            for raw in batches:
                if not len(raw):
                    continue
                if begins and raw["ts_ns"][0] < last_ns:
                    raise InputError(
                        f"{source.name}: begins at ts_ns {raw['ts_ns'][0]}, before {ahead} ends at {last_ns}; "
                        "expected sources that do not overlap"
                    )
                begins = False
                check_era(raw["ts_ns"], _place(source))
                last_ns = int(raw["ts_ns"][-1])
                yield quotes.finish(raw, source.has_quotes)
        ahead = source.name


def _place(source: Source) -> Callable[[int], str]:
    return lambda _: source.name


def _common_meta(sources: list[Source]) -> TapeMeta:
    """One symbol and one contract month for the whole tape."""
    first = sources[0]
    for other in sources[1:]:
        mine, its = (f"{it.symbol or 'unknown'} {it.contract_month or 'unknown'}" for it in (first, other))
        if mine != its:
            raise InputError(f"{other.name}: holds {its}, but {first.name} holds {mine}; a tape holds one contract")
    labels = list(dict.fromkeys(source.label for source in sources))
    return TapeMeta(symbol=first.symbol, contract_month=first.contract_month, source=", ".join(labels))
