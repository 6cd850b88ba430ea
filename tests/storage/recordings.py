"""Small recordings in the formats of others, made by hand or encoded by Databento's own library."""

import datetime as dt
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import databento_dbn as dbn
import numpy as np
import pyarrow as pa

from system.domain.ticks import Batch, empty_batch
from system.storage.tape import TapeMeta, TapeReader, TapeWriter

T0 = 1_703_541_600_000_000_000  # 2023-12-25 22:00:00 UTC
UNDEF = dbn.UNDEF_PRICE
ESH4 = {"ESH4": 17077}
LAST = 0x80
SNAPSHOT = 0x28


def tape_file(path: Path, *batches: Batch, meta: TapeMeta | None = None) -> Path:
    with TapeWriter(path, meta or TapeMeta(symbol="ES")) as tape:
        for batch in batches:
            tape.write(batch)
    return path


def read_tape(path: Path, max_events: int = 131_072) -> Batch:
    with TapeReader(path) as tape:
        return np.concatenate(list(tape.batches(max_events)))


def rows_of(batch: Batch) -> list[tuple[Any, ...]]:
    """Quotes as (ts, "Q", bid, size, ask, size); trades as (ts, "T", price, size, side, the quote they carry)."""
    rows: list[tuple[Any, ...]] = []
    for event in batch:
        ts = int(event["ts_ns"]) - T0
        quote = tuple(int(event[name]) for name in ("bid_ticks", "bid_size", "ask_ticks", "ask_size"))
        if event["kind"] == 0:
            rows.append((ts, "Q", *quote))
        else:
            rows.append((ts, "T", int(event["price_ticks"]), int(event["size"]), int(event["side"]), quote))
    return rows


def quotes(count: int, first_ns: int = T0) -> Batch:
    """Valid quotes, one a second."""
    batch = empty_batch(count)
    batch["ts_ns"] = first_ns + np.arange(count) * 1_000_000_000
    batch["bid_ticks"], batch["ask_ticks"] = 19_200, 19_201
    batch["bid_size"] = batch["ask_size"] = 10
    return batch


def price(ticks: int) -> int:
    return ticks * 250_000_000


def dbn_bytes(
    schema: str, records: Iterable[Any], instruments: dict[str, int] | None = None, version: int = 3
) -> bytes:
    """A plain DBN file; `records` are Databento's message objects or bytes."""
    instruments = ESH4 if instruments is None else instruments
    days = {"start_date": dt.date(2023, 12, 25), "end_date": dt.date(2023, 12, 26)}
    metadata = dbn.Metadata(
        dataset="GLBX.MDP3",
        start=T0,
        stype_in=dbn.SType.RAW_SYMBOL,
        stype_out=dbn.SType.INSTRUMENT_ID,
        schema=dbn.Schema.from_str(schema),
        symbols=list(instruments),
        partial=[],
        not_found=[],
        mappings=[
            SimpleNamespace(raw_symbol=name, intervals=[SimpleNamespace(symbol=str(number), **days)])
            for name, number in instruments.items()
        ],
        version=version,
    )
    return bytes(metadata.encode()) + b"".join(bytes(record) for record in records)


def zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


def mbo(
    action: str, order: int, ticks: int, size: int, side: str, at: int, flags: int = LAST, number: int = 17077
) -> dbn.MBOMsg:
    return dbn.MBOMsg(
        1,
        number,
        T0 + at,
        order,
        price(ticks),
        size,
        dbn.Action.from_str(action),
        dbn.Side.from_str(side),
        T0 + at,
        flags,
    )


def trade(ticks: int, size: int, side: str, at: int, number: int = 17077) -> dbn.TradeMsg:
    return dbn.TradeMsg(
        1, number, T0 + at, price(ticks), size, dbn.Action.TRADE, dbn.Side.from_str(side), 0, T0 + at, flags=0
    )


def mbp1(
    action: str,
    ticks: int,
    size: int,
    side: str,
    at: int,
    quote: tuple[int | None, int, int | None, int],
    flags: int = LAST,
    number: int = 17077,
) -> dbn.MBP1Msg:
    bid, bid_size, ask, ask_size = quote
    level = dbn.BidAskPair(
        UNDEF if bid is None else price(bid), UNDEF if ask is None else price(ask), bid_size, ask_size, 1, 1
    )
    return dbn.MBP1Msg(
        1,
        number,
        T0 + at,
        price(ticks),
        size,
        dbn.Action.from_str(action),
        dbn.Side.from_str(side),
        0,
        T0 + at,
        flags=flags,
        levels=level,
    )


def lean_zip(path: Path, members: dict[str, Sequence[str]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in members.items():
            archive.writestr(name, "".join(f"{line}\n" for line in lines))
    return path
