"""Times for a person: New York wall clock."""

from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from system.domain.session import NEW_YORK

SECOND_NS: Final = 1_000_000_000
HOUR_NS: Final = 3600 * SECOND_NS


def clock(ts_ns: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """To the second."""
    return datetime.fromtimestamp(ts_ns // SECOND_NS, NEW_YORK).strftime(form)


def wall_ms(ts_ns: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Milliseconds from 1970-01-01 00:00 on New York's wall clock: what a chart's time axis counts in."""
    times = np.asarray(ts_ns, np.int64)
    hours, which = np.unique(times // HOUR_NS, return_inverse=True)
    shifts = [_shift_ms(int(hour)) for hour in hours]
    return times // 1_000_000 + np.asarray(shifts, np.int64)[which]


def _shift_ms(hour: int) -> int:
    offset = datetime.fromtimestamp(hour * 3600, NEW_YORK).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() * 1000)
