"""What a tape shows of its market, added up minute by minute of the session, so that like hours can be compared."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.schedule import MINUTES, RTH
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import EVENT, GAP, QUOTE, TRADE, Batch

Array = npt.NDArray[Any]

MINUTE_NS: Final = 60 * SECOND_NS
HOLE_MINUTES: Final = 15  # silence longer than that is no market but a tape that was not recorded
NEAR_NS: Final = 1_000_000
TOUCH: Final = ("bid_ticks", "ask_ticks", "bid_size", "ask_size")
SUMS: Final = (
    "seconds",  # that the tape covers
    *("quoted", "queue", "wide"),  # seconds with a quote; times the mean of both sizes; wider than a tick
    *("prints", "single", "contracts", "gaps", "near", "fine"),  # gaps between prints; below 1 ms; off the millisecond
    *("updates", "moves", "squares"),  # quotes that differ from the one before; minutes, and their squared moves
)
Figures = dict[str, float]


class Meter:
    """Add batches in the order of time; `sums` has shape (1380,) for each of SUMS."""

    def __init__(self) -> None:
        self.sums: dict[str, Array] = {name: np.zeros(MINUTES) for name in SUMS}
        self.days: dict[str, Array] = {}  # by day, shape (2, 1380): seconds and prints
        self._calendar = Calendar()
        self._day = ""
        self._restart()

    def _restart(self) -> None:
        self._event = self._quote = self._trade = np.zeros(0, dtype=EVENT)
        self._mark = np.nan  # the mid at the end of the last whole minute

    def add(self, batch: Batch) -> None:
        """Events of any sessions; those in the breaks are left out."""
        for part in self._calendar.segments(batch["ts_ns"]):
            if part.in_break:
                continue
            day = part.session.day.isoformat()
            if day != self._day:
                self._day = day
                self._restart()
            rows = batch[part.start : part.stop]
            for number, piece in enumerate(np.split(rows, np.flatnonzero(rows["kind"] == GAP))):
                if number:
                    self._restart()
                piece = piece[(piece["kind"] == QUOTE) | (piece["kind"] == TRADE)]
                if len(piece):
                    self._piece(piece, part.session.open_ns)

    def _piece(self, rows: Batch, open_ns: int) -> None:
        """Events of one session without a gap among them."""
        day = self.days.setdefault(self._day, np.zeros((2, MINUTES)))
        events = np.concatenate([self._event, rows])
        _, minute, lasting = _spans(events["ts_ns"] - open_ns)
        seconds = _count(minute, lasting)
        self.sums["seconds"] += seconds
        day[0] += seconds
        self._event = rows[-1:]
        valid = (rows["kind"] == QUOTE) & (rows["bid_size"] > 0) & (rows["ask_size"] > 0)
        quotes = rows[valid & (rows["ask_ticks"] > rows["bid_ticks"])]
        if len(quotes):
            self._quotes(quotes, open_ns)
        trades = rows[(rows["kind"] == TRADE) & (rows["size"] > 0)]
        if len(trades):
            day[1] += self._prints(trades, open_ns)

    def _quotes(self, quotes: Batch, open_ns: int) -> None:
        known = np.concatenate([self._quote, quotes])
        since = known["ts_ns"] - open_ns
        source, minute, lasting = _spans(since)
        queue = (known["bid_size"] + known["ask_size"]) / 2
        wide = known["ask_ticks"] - known["bid_ticks"] > 1
        self.sums["quoted"] += _count(minute, lasting)
        self.sums["queue"] += _count(minute, lasting * queue[source])
        self.sums["wide"] += _count(minute, lasting * wide[source])
        changed = np.zeros(len(known) - 1, dtype=bool)
        for name in TOUCH:
            changed |= known[name][1:] != known[name][:-1]
        self.sums["updates"] += _count(since[1:][changed] // MINUTE_NS)
        self._moves(since // MINUTE_NS, (known["bid_ticks"] + known["ask_ticks"]) / 2)
        self._quote = known[-1:]

    def _moves(self, minute: Array, mid: Array) -> None:
        """From one whole minute's end to the next one's."""
        ends = np.flatnonzero(minute[1:] > minute[:-1])
        for end, here, after in zip(mid[ends], minute[ends], minute[ends + 1], strict=True):
            if after - here > HOLE_MINUTES:
                self._mark = np.nan
                continue
            if self._mark == self._mark:  # not NaN
                self.sums["moves"][here] += 1
                self.sums["squares"][here] += (end - self._mark) ** 2
            self._mark = end
            self.sums["moves"][here + 1 : after] += 1

    def _prints(self, trades: Batch, open_ns: int) -> Array:
        """Prints by minute."""
        minute = (trades["ts_ns"] - open_ns) // MINUTE_NS
        prints = _count(minute)
        self.sums["prints"] += prints
        self.sums["single"] += _count(minute, trades["size"] == 1)
        self.sums["contracts"] += _count(minute, trades["size"])
        self.sums["fine"] += _count(minute, trades["ts_ns"] % NEAR_NS != 0)
        gaps = np.diff(np.concatenate([self._trade, trades])["ts_ns"])
        after = minute[len(minute) - len(gaps) :]
        self.sums["gaps"] += _count(after)
        self.sums["near"] += _count(after, gaps < NEAR_NS)
        self._trade = trades[-1:]
        return prints


def _spans(since: Array) -> tuple[Array, Array, Array]:
    """Times cut at whole minutes: which one each stretch begins with, its minute, its seconds (0: a hole)."""
    marks = np.arange(since[0] // MINUTE_NS + 1, since[-1] // MINUTE_NS + 1) * MINUTE_NS
    where = np.searchsorted(since, marks, "right")
    at = np.insert(since, where, marks)
    source = np.insert(np.arange(len(since)), where, where - 1)[:-1]
    whole = np.append(np.diff(since), 0) <= HOLE_MINUTES * MINUTE_NS
    return source, at[:-1] // MINUTE_NS, np.diff(at) * whole[source] / SECOND_NS


def _count(minute: Array, weight: Array | None = None) -> Array:
    return np.bincount(minute, weight, MINUTES)[:MINUTES]


def like(sums: Mapping[str, Array], wanted: Mapping[str, Array]) -> dict[str, Array]:
    """`sums` as if they covered each minute as long as `wanted` does."""
    have = sums["seconds"]
    weight = np.divide(wanted["seconds"], have, out=np.zeros(MINUTES), where=have > 0)
    return {name: values * weight for name, values in sums.items()}


def figures(sums: Mapping[str, Array]) -> Figures:
    """Rates, means and shares; what there is nothing of is left out."""
    night = np.ones(MINUTES, dtype=bool)
    night[RTH] = False
    total = {name: float(values.sum()) for name, values in sums.items()}
    shown: dict[str, tuple[float, float]] = {
        "prints": (total["prints"] * 3600, total["seconds"]),
        "single": (total["single"], total["prints"]),
        "size": (total["contracts"], total["prints"]),
        "near": (total["near"], total["gaps"]),
        "updates": (total["updates"], total["prints"]),
    }
    for name, where in (("rth", ~night), ("night", night)):
        part = {key: float(values[where].sum()) for key, values in sums.items()}
        shown |= {
            f"{name}_prints": (part["prints"] * 3600, part["seconds"]),
            f"{name}_queue": (part["queue"], part["quoted"]),
            f"{name}_wide": (part["wide"], part["quoted"]),
            f"{name}_square": (part["squares"], part["moves"]),
        }
    ratios = {name: over / under for name, (over, under) in shown.items() if under > 0}
    for name in ("rth", "night"):
        if f"{name}_square" in ratios:
            ratios[f"{name}_std"] = ratios.pop(f"{name}_square") ** 0.5
    return ratios
