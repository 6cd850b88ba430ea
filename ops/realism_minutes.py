"""Minutes of a tape: those to judge, and of another tape those of like activity."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from realism_features import MINUTE_NS, Minute, valid_quotes

from system.domain.errors import InputError
from system.domain.session import in_span, new_york_s
from system.domain.ticks import GAP, TRADE, Batch, empty_batch
from system.storage.tape import TapeReader

LIKE: Final = 0.3  # hours are alike where their trades an hour differ by no more than this
NEAREST: Final = 4  # hours to take where none is alike
PER_MINUTE: Final = 4  # minutes of the other tape for one of this
MINUTES_MAX: Final = 480  # of the judged tape, so that a run stays short
STALE_NS: Final = 10 * MINUTE_NS  # an older quote is from before a break
REGULAR, OPENING, OVERNIGHT = "regular", "opening", "overnight"  # kinds of hours
REGULAR_S: Final = (34_200, 57_600)  # 09:30 to 16:00, New York
OPENING_S: Final = (
    64_800,
    68_400,
)  # 18:00 to 19:00: after the break books are thin and trading is busy, then calms down


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The part of a clock hour, from its first trade to its last, that lies in or out of the regular hours."""

    kind: str
    trades: int
    minutes: list[int]  # since 1970; those with a gap in the recording are left out

    @property
    def per_hour(self) -> float:
        return self.trades * 60 / len(self.minutes)


def hours_of(path: Path) -> list[Hour]:
    """The hours of a tape that have trades. Raises InputError where the tape is not right, or has none."""
    trades: Counter[int] = Counter()
    gaps: set[int] = set()
    with TapeReader(path) as tape:
        for batch in tape.batches():
            minutes = batch["ts_ns"] // MINUTE_NS
            traded = (batch["kind"] == TRADE) & (batch["size"] > 0)
            found, counts = np.unique(minutes[traded], return_counts=True)
            trades.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
            gaps.update(minutes[batch["kind"] == GAP].tolist())
    hours = []
    for (_, kind), members in groupby(sorted(trades), key=lambda minute: (minute // 60, _kind(minute))):
        traded_minutes = list(members)
        whole = set(range(traded_minutes[0], traded_minutes[-1] + 1)) - gaps
        if whole:
            count = sum(trades[minute] for minute in whole)
            hours.append(Hour(kind=kind, trades=count, minutes=sorted(whole)))
    if not hours:
        raise InputError(f"{path}: a tape without any trade; expected minutes to judge")
    return hours


def _kind(minute: int) -> str:
    second = new_york_s(minute * MINUTE_NS)
    if in_span(second, *REGULAR_S):
        return REGULAR
    return OPENING if in_span(second, *OPENING_S) else OVERNIGHT


def judged(hours: Sequence[Hour], rng: np.random.Generator) -> list[Hour]:
    """The hours with as many of their minutes as a run has time for."""
    total = sum(len(hour.minutes) for hour in hours)
    keep = min(1.0, MINUTES_MAX / total)
    chosen = []
    for hour in hours:
        minutes = draw(hour.minutes, max(1, int(len(hour.minutes) * keep)), rng)
        share = len(minutes) / len(hour.minutes)
        chosen.append(Hour(kind=hour.kind, trades=round(hour.trades * share), minutes=minutes))
    return chosen


def draw(minutes: Iterable[int], count: int, rng: np.random.Generator) -> list[int]:
    """At most `count` of the minutes, in order."""
    pool = sorted(minutes)
    if len(pool) <= count:
        return pool
    return sorted(pool[place] for place in rng.choice(len(pool), count, replace=False))


def alike(
    hours: Sequence[Hour], others: Sequence[Hour], others_name: str, rng: np.random.Generator
) -> tuple[list[int], list[dict[str, Any]]]:
    """Minutes of the other tape, and for each hour how they were found.

    An opening whose like the other tape has not is held against its other hours of the night. Raises InputError where
    there is no hour of a kind.
    """
    taken: set[int] = set()
    notes = []
    for hour in hours:
        near = _near(hour, [other for other in others if other.kind == hour.kind])
        same = [other for other in others if (other.kind == REGULAR) == (hour.kind == REGULAR)]
        if not same:
            raise InputError(f"{others_name}: no {hour.kind} trades to hold against those of the first tape")
        near = near or _near(hour, same)
        found = near or sorted(same, key=lambda other: abs(log(other.per_hour / hour.per_hour)))[:NEAREST]
        pool = {minute for other in found for minute in other.minutes} - taken
        minutes = draw(pool, PER_MINUTE * len(hour.minutes), rng)
        taken.update(minutes)
        rates = [other.per_hour for other in found]
        notes.append(
            {
                "hours": hour.kind,
                "b_hours_are": "/".join(sorted({other.kind for other in found})),
                "a_trades_per_hour": round(hour.per_hour),
                "b_trades_per_hour": [round(min(rates)), round(max(rates))],
                "b_hours": len(found),
                "b_minutes": len(minutes),
                "matched": f"within {LIKE:.0%}" if near else "NOT alike: the nearest hours there are",
            }
        )
    return sorted(taken), notes


def _near(hour: Hour, others: Sequence[Hour]) -> list[Hour]:
    return [other for other in others if abs(other.per_hour / hour.per_hour - 1) <= LIKE]


def read_minutes(path: Path, minutes: Sequence[int]) -> list[Minute]:
    """The minutes of a tape, in order, with bounded memory."""
    wanted = np.unique(np.array(minutes, dtype=np.int64))
    parts: dict[int, list[Batch]] = {minute: [] for minute in wanted.tolist()}
    standing: dict[int, Batch] = {}
    last = empty_batch(0)
    with TapeReader(path) as tape:
        for batch in tape.batches():
            quotes = np.flatnonzero(valid_quotes(batch))
            for minute, start, stop in _cuts(batch["ts_ns"] // MINUTE_NS, wanted):
                before = quotes[: np.searchsorted(quotes, start)][-1:]
                standing.setdefault(minute, batch[before].copy() if len(before) else last)
                parts[minute].append(batch[start:stop].copy())
            last = batch[quotes[-1:]].copy() if len(quotes) else last
    return [_minute(minute, parts[minute], standing.get(minute, empty_batch(0))) for minute in wanted.tolist()]


def _cuts(of_event: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Where the wanted minutes begin and end in a batch that has some of them."""
    first, last = np.searchsorted(wanted, [of_event[0], of_event[-1] + 1])
    here = wanted[first:last]
    starts, stops = np.searchsorted(of_event, here), np.searchsorted(of_event, here + 1)
    cuts = zip(here.tolist(), starts.tolist(), stops.tolist(), strict=True)
    return [cut for cut in cuts if cut[1] < cut[2]]


def _minute(minute: int, parts: list[Batch], standing: Batch) -> Minute:
    start_ns = minute * MINUTE_NS
    fresh = standing[standing["ts_ns"] >= start_ns - STALE_NS]
    return Minute(start_ns=start_ns, events=np.concatenate([empty_batch(0), *parts]), standing=fresh)
