"""The signals file: a row per signal, with its score, its eight features and what became of it; the profile last."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from simulator.replay.result import Result
from simulator.report.table_file import Columns, write_table
from system.domain.profile import FEATURES

COLUMNS: Final[Columns] = {
    "ts_ns": pa.int64(),
    "direction": pa.string(),  # long, short
    "score": pa.float64(),
    **dict.fromkeys(FEATURES, pa.float64()),
    "outcome": pa.string(),  # accepted, close, or the denying reason
    "profile": pa.string(),
}


def write_signals(path: Path, results: Sequence[Result]) -> None:
    """Write every result's signals as CSV, Parquet or JSONL. Raises InputError where that cannot be."""
    rows = [
        (
            signal.ts_ns,
            "long" if signal.direction > 0 else "short",
            float(signal.score),
            *(float(value) for value in signal.features),
            signal.outcome,
            result.profile.name,
        )
        for result in results
        for signal in result.signals
    ]
    write_table(path, COLUMNS, rows)
