"""`bn tape info` counts what a tape holds."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from system.domain.instrument import ContractMonth
from system.domain.ticks import batch_of
from system.storage.tape import TapeMeta
from system.storage.tape_info import tape_info, utc_text
from tests.storage.recordings import T0, quotes, tape_file

HOUR = 3_600_000_000_000


def test_everything_is_counted(tmp_path: Path) -> None:
    """Quotes: one tick wide, two wide, locked, one-sided. Trades: with side, without, without size."""
    batch = batch_of(
        ts_ns=T0 + HOUR + np.arange(9),
        kind=[0, 0, 0, 0, 1, 1, 1, 2, 3],
        bid_ticks=[100, 100, 101, 100, 0, 0, 0, 0, 0],
        ask_ticks=[101, 102, 101, 101, 0, 0, 0, 0, 0],
        bid_size=[1, 1, 1, 0, 0, 0, 0, 0, 0],
        ask_size=[1, 1, 1, 1, 0, 0, 0, 0, 0],
        price_ticks=[0, 0, 0, 0, 100, 103, 900, 0, 0],
        size=[0, 0, 0, 0, 2, 3, 0, 0, 0],
        side=[0, 0, 0, 0, 1, 0, 1, 0, 0],
    )
    meta = TapeMeta(symbol="ES", contract_month=ContractMonth(2024, 3), source="by hand", seed=5)
    path = tape_file(tmp_path / "t.parquet", batch, meta=meta)
    shown = tape_info(path).as_json()
    assert shown == {
        "path": str(path),
        "symbol": "ES",
        "contract_month": "2024-03",
        "source": "by hand",
        "seed": 5,
        "events": 9,
        "quotes": 4,
        "quotes_invalid": 2,
        "quotes_one_sided": 1,
        "trades": 3,
        "trades_invalid": 1,
        "gaps": 1,
        "seeds": 1,
        "first_ts_ns": T0 + HOUR,
        "last_ts_ns": T0 + HOUR + 8,
        "first_utc": "2023-12-25T23:00:00.000000000Z",
        "last_utc": "2023-12-25T23:00:00.000000008Z",
        "sessions": ["2023-12-26"],
        "price_low": 25.0,
        "price_high": 25.75,
        "volume": 5,
        "spread_one_tick_share": 0.5,
        "side_known_share": 0.5,
        "row_groups": 1,
        "size_bytes": path.stat().st_size,
    }


def test_a_tape_without_trades_has_no_prices_and_no_share(tmp_path: Path) -> None:
    shown = tape_info(tape_file(tmp_path / "t.parquet", quotes(3))).as_json()
    assert (shown["price_low"], shown["side_known_share"], shown["volume"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("hours", "sessions"),
    [
        ([0], []),  # 16:00 Chicago on Monday 25 December: the break
        ([-1], [date(2023, 12, 25)]),
        ([1], [date(2023, 12, 26)]),
        ([-1, 1, 25, 26], [date(2023, 12, 25), date(2023, 12, 26), date(2023, 12, 27)]),
        ([24 * 91 - 2, 24 * 91], [date(2024, 3, 25), date(2024, 3, 26)]),  # in summer the session begins at 22:00 UTC
    ],
)
def test_sessions_are_chicago_s_days_from_seventeen_o_clock_on(
    tmp_path: Path, hours: list[int], sessions: list[date]
) -> None:
    batch = quotes(len(hours))
    batch["ts_ns"] = T0 + np.array(hours) * HOUR
    assert tape_info(tape_file(tmp_path / "t.parquet", batch)).sessions == sessions


def test_times_are_shown_to_the_nanosecond() -> None:
    assert utc_text(1_703_541_600_180_087_113) == "2023-12-25T22:00:00.180087113Z"
