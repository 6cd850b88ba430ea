"""Whole synthetic Globex sessions, in a stream of batches: the one door to the synthetic tape."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.flow.kernel import FLOW, fill
from system.domain.holidays import FIRST_YEAR, LAST_YEAR
from system.domain.session import CLOSE_S, Calendar, Session
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, Batch, empty_batch

FIRST_DAY: Final = date(2024, 3, 18)  # a Monday; June's contract is in front for its first whole week
OPEN_TICKS: Final = 20_000  # a session opens around 5000.00, whatever the one before did
OPEN_GAP_TICKS: Final = 40  # and at most so far from it
OPEN_SIZE: Final = 20  # contracts on either side
ACTIONS: Final = 270_000  # of a usual session; a session has up to a fifth more or less
SLOT_S: Final = 1800
# The day's curve: ten-thousandths of the day's activity in each half hour from 18:00 New York on.
CURVE: Final = (
    *(100, 60, 55, 50, 45, 40, 40, 40, 45, 40, 40, 35, 35, 35, 35, 35, 40, 50),  # 18:00 to 03:00
    *(78, 70, 75, 60, 50, 52, 57, 62, 76, 90, 112, 177, 215),  # 03:00 to 09:30
    *(1080, 900, 720, 610, 550, 480, 440, 430, 430, 450, 420, 460, 760),  # 09:30 to 16:00
    *(210, 70),
)


def sessions(*, seed: int, count: int, first_day: date | None = None, batch_events: int = 131_072) -> Iterator[Batch]:
    """Yield `count` sessions from `first_day` on, in arrays of dtype EVENT and shape (1..batch_events,).

    The same seed gives the same events however they are cut, and session k of a seed on the same day the same whatever
    comes before it. Half days end at their early close; days without trading are left out. Raises ValueError where the
    calendar ends first.
    """
    days = trading_days(first_day, count)
    return _batches(seed, days, batch_events)


def trading_days(first_day: date | None, count: int) -> list[date]:
    """The first `count` trading days from `first_day` (None: 2024-03-18) on, half days too.

    Raises ValueError where the calendar ends first.
    """
    calendar = Calendar()
    days: list[date] = []
    day = first_day or FIRST_DAY
    while len(days) < count:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(
                f"{count} sessions from {first_day or FIRST_DAY}: the calendar has {FIRST_YEAR} to {LAST_YEAR} only"
            )
        if calendar.close_s(day) is not None:
            days.append(day)
        day += timedelta(days=1)
    return days


def _batches(seed: int, days: list[date], batch_events: int) -> Iterator[Batch]:
    """Batches of `batch_events` events, all but the last one full; a batch may span two sessions."""
    batch = empty_batch(batch_events)
    filled = 0
    for number, day in enumerate(days):
        flow, gaps_ns = _begin(seed, number, day)
        batch[filled] = _opening(flow)
        filled += 1
        while True:
            filled += fill(flow, gaps_ns, batch[filled:])
            if filled < batch_events:
                break
            yield batch
            batch, filled = empty_batch(batch_events), 0
    if filled:
        yield batch[:filled]


def _begin(seed: int, number: int, day: date) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int64]]:
    """The state at the open of session `number`, and its mean gaps by half hour in nanoseconds."""
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    words = [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 32, 4)]
    calendar = Calendar()
    session = calendar.session(day)
    flow = np.zeros(1, dtype=FLOW)
    # Multiply-with-carry stands still at 0 and where the carry is one below its factor; the xorshift at 0.
    flow["carry"] = ((words[0] % 698_769_067 + 1) << 32) + words[1]
    flow["shift"] = words[2] % 0xFFFFFFFF + 1
    flow["ts_ns"] = flow["open_ns"] = session.open_ns
    flow["close_ns"] = _close_ns(session, calendar)
    gap = words[3] % (OPEN_GAP_TICKS + 1) - words[4] % (OPEN_GAP_TICKS + 1)
    flow["touch"][0] = OPEN_TICKS + gap, OPEN_TICKS + gap + 1
    flow["shown"] = OPEN_SIZE
    flow["last"], flow["mood"] = words[5] % 2, words[7] % 2
    actions = ACTIONS * (80 + words[6] % 41) // 100
    gaps_ns = [SLOT_S * SECOND_NS * sum(CURVE) // (actions * share) for share in CURVE]
    return flow, np.array(gaps_ns, dtype=np.int64)


def _close_ns(session: Session, calendar: Calendar) -> int:
    """When the session's trading ends, nanoseconds UTC; a half day's close comes before the clocks' daily break."""
    close_s = calendar.close_s(session.day)
    assert close_s is not None  # it was chosen as a trading day
    return session.break_ns - (CLOSE_S - close_s) * SECOND_NS


def _opening(flow: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """The first quote, at the open."""
    row = empty_batch(1)
    row["ts_ns"], row["kind"] = flow["ts_ns"], QUOTE
    row["bid_ticks"], row["ask_ticks"] = flow["touch"][0]
    row["bid_size"], row["ask_size"] = flow["shown"][0]
    return row[0]  # type: ignore[no-any-return]
