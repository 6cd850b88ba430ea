"""Synthetic ES: whole Globex sessions, seeded, streamed."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from math import log
from typing import Final

import numpy as np

from simulator.flow import kernel
from system.domain.errors import InputError
from system.domain.holidays import FIRST_YEAR, LAST_YEAR
from system.domain.instrument import ContractMonth, front_month
from system.domain.session import Calendar, Session
from system.domain.ticks import Batch, empty_batch

FIRST_DAY: Final = date(2024, 3, 18)
OPENING_TICKS: Final = 20_000  # 5000.00
GAP_TICKS: Final = 60  # the opening lies within so many ticks of it
ROLL_DAYS: Final = 8
BATCH_EVENTS: Final = 131_072

# Share of a day's volume by half hour from 18:00 New York, in hundredths of a percent; MES 2025 as measured.
_CURVE: Final = (
    *(100, *([45] * 17)),  # 18:00 to 02:30
    *(78, 63, 75, 60, 49, 52, 57, 65, 76, 90, 112, 177, 215),  # 03:00 to 09:00
    *(1080, 900, 720, 610, 550, 480, 440, 430, 430, 450, 420, 460, 760),  # 09:30 to 15:30
    *(210, 70),  # 16:00 and 16:30
)
_HALF_HOUR_NS: Final = 1_800_000_000_000
_STEPS: Final = 330_000  # a session; about 1.3 events each
_USUAL_SIZES: Final = np.array([12] * 31 + [24] * 13 + [14] * 2)  # at the touch
_GAPS_NS: Final = np.array([_HALF_HOUR_NS * sum(_CURVE) // (_STEPS * share) for share in _CURVE])
# Waits between steps, exponential, in thousandths of the mean; 0.6 makes up for the steps that follow at once.
_WAITS: Final = np.array([round(-1000 * log((k + 0.5) / 1024) / 0.6) for k in range(1024)])
_SIZES: Final = np.array([1] * 60 + [2] * 14 + [3] * 7 + [4] * 4 + [5] * 5 + [7] * 3 + [10] * 4 + [20] * 2 + [40])


def days(count: int, first_day: date | None = None) -> list[date]:
    """The next `count` full sessions from `first_day` on, without half days. Raises InputError past the table."""
    calendar, day = Calendar(), first_day or FIRST_DAY
    found: list[date] = []
    while len(found) < count:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            span = f"{FIRST_YEAR} to {LAST_YEAR}"
            raise InputError(f"{count} sessions from {first_day or FIRST_DAY}: expected to lie within {span}")
        if calendar.session(day).regular:
            found.append(day)
        day += timedelta(days=1)
    return found


def contract_month(traded: Sequence[date]) -> ContractMonth | None:
    """The front month of all the sessions; None where they reach over a roll: the prices then are one long series."""
    first, last = (front_month(day, ROLL_DAYS) for day in (traded[0], traded[-1]))
    return first if first == last else None


def sessions(
    *, seed: int, count: int, first_day: date | None = None, batch_events: int = BATCH_EVENTS
) -> Iterator[Batch]:
    """Yield the events of `count` sessions, in batches of at most `batch_events` (3 or more).

    Session k depends on the seed, k and its day alone. The same seed gives the same events in batches of any size.
    """
    calendar = Calendar()
    for number, day in enumerate(days(count, first_day)):
        yield from _session(seed, number, calendar.session(day), batch_events)


def _session(seed: int, number: int, session: Session, batch_events: int) -> Iterator[Batch]:
    flow = np.zeros(1, dtype=kernel.FLOW)
    words = sha256(f"{seed},{number}".encode()).digest()
    flow["word"] = int.from_bytes(words[:4]) | 1  # never 0, which xorshift would not leave
    flow["weyl"] = int.from_bytes(words[4:8])
    flow["ts_ns"] = flow["open_ns"] = session.open_ns
    flow["end_ns"] = session.break_ns
    bid_ticks = OPENING_TICKS - GAP_TICKS + kernel.draw(flow, 2 * GAP_TICKS + 1)
    flow["bid"], flow["ask"] = bid_ticks, bid_ticks + 1
    flow["bid_size"] = flow["ask_size"] = _USUAL_SIZES[0]
    while True:
        batch = empty_batch(batch_events)
        rows = kernel.advance(flow, _GAPS_NS, _USUAL_SIZES, _WAITS, _SIZES, batch)
        if rows == 0:
            return
        yield batch[:rows]
