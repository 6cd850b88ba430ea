"""The blotter: a row per round trip, with the profile last."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa

from simulator.replay.result import Result
from simulator.report.figures import points
from simulator.report.table_file import Columns, Row, write_table

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
    write_table(path, COLUMNS, [row for result in results for row in _rows(result)])


def _rows(result: Result) -> list[Row]:
    return [
        (
            trip.side,
            trip.contracts,
            trip.entry_ts_ns,
            points(trip.entry_price_ticks, result),
            trip.exit_ts_ns,
            points(trip.exit_price_ticks, result),
            trip.exit_reason,
            Decimal(trip.net_cents).scaleb(-2),
            result.profile.name,
        )
        for trip in result.round_trips
    ]
