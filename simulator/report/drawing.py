"""What the page draws of one result: plain lists for its script. Times are New York wall clock in milliseconds."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.replay.result import Curves, Result, SignalRow, TapeSummary
from simulator.report.figures import TAKEN, drawdown_cents, equity_cents, points
from simulator.report.new_york import clock, wall_ms
from system.domain.patterns import RULES

Drawing = dict[str, Any]
POINTS_MAX: Final = 4000  # of a line
MARKS_MAX: Final = 1500  # of a kind of marker, other than entries and exits: each is an element of the page
ROWS_MAX: Final = 2000  # of the table
GAP_MS: Final = 20 * 60_000  # without an evaluation: lines break off, and none of the axis is spent on it
PAUSE_MS: Final = 2 * 3_600_000  # without a bar: the battle is no longer the last bar's
GAPS_MAX: Final = 40  # beyond which the axis shows them after all: each costs time at every zoom

Column = npt.NDArray[Any]


def drawing(tape: TapeSummary, result: Result) -> Drawing:
    """Everything that the charts and the table of one result need."""
    curves = result.curves
    lines = _lines(curves, result) if curves is not None and len(curves.lines) else None
    return {
        "lines": lines,
        "gaps": _gaps(curves, result) if lines is not None and curves is not None else [],
        "signals": _signals(result.signals),
        "bars": _bars(curves, result),
        "trips": _trips(result),
        "equity": _equity(tape, result),
        "open": _open(result),
        "table": _table(result),
        "left_out": max(0, len(result.round_trips) - ROWS_MAX),
        "name": result.profile.name,
    }


def _numbers(values: Column, digits: int) -> list[float | None]:
    """JSON knows no NaN."""
    return [round(float(value), digits) if np.isfinite(value) else None for value in values]


def _tick(result: Result) -> float:
    return float(result.settings.instrument.tick)


def _lines(curves: Curves, result: Result) -> Drawing:
    """The lines, with a row of nothing wherever the tape pauses."""
    rows, tick = curves.lines, _tick(result)
    x = wall_ms(rows["ts_ns"])
    pauses = np.flatnonzero(np.diff(x) > GAP_MS) + 1

    def column(name: str, scale: float, digits: int) -> list[float | None]:
        return _numbers(np.insert(rows[name].astype(float) * scale, pauses, np.nan), digits)

    return {
        "x": np.insert(x, pauses, x[pauses - 1] + 1).tolist(),
        **{name: column(f"{name}_ticks", tick, 2) for name in ("high", "low", "close")},
        "vwap": column("vwap_ticks", tick, 3),
        **{name: column(name, 1, 4) for name in ("score", "score_low", "score_high", "long_above", "short_below")},
    }


def _gaps(curves: Curves, result: Result) -> list[list[int]]:
    """From, to: the pauses that the axis leaves out. No fill of ours lies in one: it would not be drawn."""
    fills = [ts_ns for trip in result.round_trips for ts_ns in (trip.entry_ts_ns, trip.exit_ts_ns)]
    held = [result.open_at_end.entry_ts_ns] if result.open_at_end else []
    x = wall_ms(np.sort(np.concatenate((curves.lines["ts_ns"], np.array([*fills, *held], np.int64)))))
    pauses = np.flatnonzero(np.diff(x) > GAP_MS)
    if len(pauses) > GAPS_MAX:
        return []
    edge = 60_000  # left at both ends, so that what happens there is still drawn
    return [[int(x[at]) + edge, int(x[at + 1]) - edge] for at in pauses]


def _thinned(count: int, most: int = POINTS_MAX) -> slice:
    return slice(None, None, max(1, -(-count // most)))


def _signals(signals: Sequence[SignalRow]) -> Drawing:
    """As many of those taken and of those denied as a chart can carry."""
    taken = [signal for signal in signals if signal.outcome in TAKEN]
    denied = [signal for signal in signals if signal.outcome not in TAKEN]
    shown = sorted(
        [row for rows in (taken, denied) for row in rows[_thinned(len(rows), MARKS_MAX)]],
        key=lambda signal: signal.ts_ns,
    )
    return {
        "x": wall_ms([signal.ts_ns for signal in shown]).tolist(),
        "score": [round(float(signal.score), 4) for signal in shown],
        "long": [signal.direction > 0 for signal in shown],
        "outcome": [signal.outcome for signal in shown],
    }


def _bars(curves: Curves | None, result: Result) -> Drawing:
    """Battle outcome at each bar, and a mark for each pattern that fired."""
    if curves is None or not len(curves.bars):
        return {"x": [], "battle": [], "marks": []}
    bars, tick = curves.bars, _tick(result)
    some = bars[_thinned(len(bars))]
    marks: list[Drawing] = []
    for bit, (name, direction) in enumerate(RULES):
        hit = bars[(bars["fired"] >> bit) & 1 == 1]
        hit = hit[_thinned(len(hit), MARKS_MAX)]
        if len(hit):
            marks.append(
                {
                    "name": name,
                    "direction": direction,
                    "x": wall_ms(hit["ts_ns"]).tolist(),
                    "close": _numbers(hit["close"] * tick, 2),
                }
            )
    x = wall_ms(some["ts_ns"])
    pauses = np.flatnonzero(np.diff(x) > PAUSE_MS) + 1  # no bar stands for a night
    return {
        "x": np.insert(x, pauses, x[pauses - 1] + 1).tolist(),
        "battle": _numbers(np.insert(some["battle"], pauses, np.nan), 3),
        "marks": marks,
    }


def _trips(result: Result) -> Drawing:
    """Entries and exits, one of each for every round trip."""
    trips = result.round_trips
    return {
        "side": [trip.side for trip in trips],
        "entry_x": wall_ms([trip.entry_ts_ns for trip in trips]).tolist(),
        "entry": [points(trip.entry_price_ticks, result.settings.instrument) for trip in trips],
        "exit_x": wall_ms([trip.exit_ts_ns for trip in trips]).tolist(),
        "exit": [points(trip.exit_price_ticks, result.settings.instrument) for trip in trips],
        "reason": [trip.exit_reason for trip in trips],
        "net": [trip.net_cents / 100 for trip in trips],
    }


def _equity(tape: TapeSummary, result: Result) -> Drawing:
    """Cumulated net and its distance under the peak, in dollars, from the first evaluation to the tape's last event.

    Not from its first event: that may lie in the break, an hour before there is anything to see.
    """
    trips = result.round_trips
    net = equity_cents(trips)
    times = [trip.exit_ts_ns for trip in trips]
    kept = sorted({*range(len(net))[_thinned(len(net))], *([len(net) - 1] if net else [])})
    first = tape.first_ts_ns if tape.first_ts_ns is not None else min(times, default=0)
    if result.curves is not None and len(result.curves.lines):
        first = int(result.curves.lines["ts_ns"][0])
    last = tape.last_ts_ns if tape.last_ts_ns is not None else max(times, default=0)
    falls = drawdown_cents(net)
    return {
        "x": wall_ms([first, *(times[at] for at in kept), max(last, *times) if times else last]).tolist(),
        "net": [0.0, *(net[at] / 100 for at in kept), (net[-1] if net else 0) / 100],
        "drawdown": [0.0, *(-falls[at] / 100 for at in kept), -(falls[-1] if falls else 0) / 100],
    }


def _open(result: Result) -> Drawing | None:
    held = result.open_at_end
    if held is None:
        return None
    return {
        "x": wall_ms([held.entry_ts_ns]).tolist(),
        "price": held.entry_price,
        "mark": held.mark_price,
        "words": f"{held.side} {held.contracts} at {held.entry_price:,.2f}",
    }


def _table(result: Result) -> list[list[str | int | float]]:
    """A row per round trip, as the page's table has them; the script formats the money."""
    equity = equity_cents(result.round_trips)
    return [
        [
            number,
            trip.side,
            trip.contracts,
            clock(trip.entry_ts_ns),
            round(points(trip.entry_price_ticks, result.settings.instrument), 4),
            clock(trip.exit_ts_ns),
            round(points(trip.exit_price_ticks, result.settings.instrument), 4),
            trip.exit_reason,
            (trip.exit_ts_ns - trip.entry_ts_ns) // 1_000_000_000,
            trip.net_cents / 100,
            equity[number - 1] / 100,
        ]
        for number, trip in enumerate(result.round_trips[:ROWS_MAX], 1)
    ]
