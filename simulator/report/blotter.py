"""The blotter: a row per round trip, with the profile last."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa

from simulator.replay.result import Result
from simulator.report.figures import points
from simulator.report.table_file import Columns, Row, write_table
from system.domain.instrument import Instrument
from system.domain.position import RoundTrip

COLUMNS: Final[Columns] = {
    "side": pa.string(),  # long, short
    "contracts": pa.int64(),
    "entry_ts_ns": pa.int64(),
    "entry_price": pa.float64(),  # points
    "exit_ts_ns": pa.int64(),
    "exit_price": pa.float64(),
    "exit_reason": pa.string(),  # stop, target, opposite, flatten
    "net_usd": pa.float64(),  # after commissions
    "profile": pa.string(),
}


def write_blotter(path: Path, results: Sequence[Result]) -> None:
    """Write every result's round trips as CSV, Parquet or JSONL. Raises InputError where that cannot be."""
    rows = [
        row(trip, result.settings.instrument, result.profile.name) for result in results for trip in result.round_trips
    ]
    write_rows(path, rows)


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write rows, in the order of COLUMNS."""
    write_table(path, COLUMNS, rows)


def row(trip: RoundTrip, instrument: Instrument, profile: str) -> Row:
    """A round trip under COLUMNS."""
    return (
        trip.side,
        trip.contracts,
        trip.entry_ts_ns,
        points(trip.entry_price_ticks, instrument),
        trip.exit_ts_ns,
        points(trip.exit_price_ticks, instrument),
        trip.exit_reason,
        Decimal(trip.net_cents).scaleb(-2),
        profile,
    )
