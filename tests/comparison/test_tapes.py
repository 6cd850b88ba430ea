"""Which tapes are of a session."""

from datetime import date
from pathlib import Path

import pytest

from simulator.comparison.tapes import check_day
from system.domain.errors import InputError
from system.domain.session import Calendar
from system.domain.ticks import QUOTE, batch_of
from tests.storage.recordings import tape_file

HOUR_NS = 3_600_000_000_000
TUESDAY_NS = 1_710_856_800_000_000_000  # 2024-03-19 10:00 New York


def tape(path: Path, *hours: int) -> Path:
    count = len(hours)
    return tape_file(
        path,
        batch_of(
            ts_ns=[TUESDAY_NS + hour * HOUR_NS for hour in hours],
            kind=[QUOTE] * count,
            bid_ticks=[20_000] * count,
            ask_ticks=[20_001] * count,
            bid_size=[9] * count,
            ask_size=[9] * count,
        ),
    )


def test_a_tape_of_another_session_is_refused_and_one_that_has_the_session_within_is_not(tmp_path: Path) -> None:
    one, three = tape(tmp_path / "one.parquet", 0, 2), tape(tmp_path / "three.parquet", -24, 0, 24)
    calendar = Calendar()
    check_day([one], date(2024, 3, 19), calendar)
    check_day([three], date(2024, 3, 19), calendar)
    with pytest.raises(InputError, match=r"one\.parquet: the session of 2024-03-19; expected that of 2024-03-20$"):
        check_day([one], date(2024, 3, 20), calendar)
    with pytest.raises(InputError, match=r"three\.parquet: sessions from 2024-03-18 to 2024-03-20; expected that of"):
        check_day([three], date(2024, 3, 21), calendar)
