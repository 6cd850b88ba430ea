"""Is the synthetic market fair? Long shares and what prices do after entries, over many seeds of one session each.

The interval of a share is a bootstrap over seeds: signals of one session depend on one another. The move is that of the
middle of the touches from the entry's fill to the exit's, in the signal's direction, without what crossing costs.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.sessions import sessions
from simulator.replay.trader import Trader
from system.domain.profile import PROFILES, Profile
from system.domain.settings import Settings
from system.domain.ticks import QUOTE, Batch

SESSIONS: Final = 100
DRAWS: Final = 4000
DELAYS_S: Final = (0.01, 0.1, 1, 10, 60)
S_NS: Final = 1_000_000_000
Floats = npt.NDArray[np.float64]


class Mids:
    """The middle of the touches at any time of a session, ticks."""

    def __init__(self, batch: Batch) -> None:
        quotes = batch[(batch["kind"] == QUOTE) & (batch["bid_size"] > 0) & (batch["ask_size"] > 0)]
        self._ts_ns = quotes["ts_ns"].copy()
        self._mids = (quotes["bid_ticks"] + quotes["ask_ticks"]) / 2

    def at(self, ts_ns: npt.NDArray[np.int64]) -> Floats:
        """As it stands after all quotes of that instant."""
        found: Floats = self._mids[np.maximum(np.searchsorted(self._ts_ns, ts_ns, "right") - 1, 0)]
        return found


def session(batch: Batch, mids: Mids, profile: Profile) -> tuple[int, int, list[float], Floats]:
    """Longs, signals, the moves of the round trips, and the mean moves after signals for each delay."""
    trader = Trader(Settings(profile=profile), None, with_curves=False)
    trader.take(batch)
    result = trader.result()
    signs = np.array([signal.direction for signal in result.signals])
    times = np.array([signal.ts_ns for signal in result.signals], dtype=np.int64)
    trips = result.round_trips
    sides = np.array([1 if trip.side == "long" else -1 for trip in trips])
    entries = mids.at(np.array([trip.entry_ts_ns for trip in trips], dtype=np.int64))
    moves = sides * (mids.at(np.array([trip.exit_ts_ns for trip in trips], dtype=np.int64)) - entries)
    after = np.array([(signs * (mids.at(times + int(delay * S_NS)) - mids.at(times))).mean() for delay in DELAYS_S])
    return int((signs > 0).sum()), len(signs), moves.tolist(), after


def bootstrap(longs: Floats, signals: Floats) -> list[float]:
    """The 95 % interval of the pooled long share."""
    rows = np.random.default_rng(1).integers(0, len(longs), (DRAWS, len(longs)))
    return [round(float(each), 4) for each in np.percentile(longs[rows].sum(1) / signals[rows].sum(1), [2.5, 97.5])]


def symmetry(count: int = SESSIONS) -> dict[str, Any]:
    """Figures for each profile."""
    rows: dict[str, list[tuple[int, int, list[float], Floats]]] = {name: [] for name in PROFILES}
    for seed in range(1, count + 1):
        batch = np.concatenate(list(sessions(seed=seed, count=1)))
        mids = Mids(batch)
        for profile in PROFILES.values():
            rows[profile.name].append(session(batch, mids, profile))
    figures: dict[str, Any] = {"sessions": count}
    for name, found in rows.items():
        longs, signals = (np.array([row[column] for row in found], dtype=float) for column in (0, 1))
        moves = np.array([move for row in found for move in row[2]])
        error = moves.std(ddof=1) / np.sqrt(len(moves))
        figures[name] = {
            "signals": int(signals.sum()),
            "long_share": round(float(longs.sum() / signals.sum()), 4),
            "long_share_95": bootstrap(longs, signals),
            "long_share_by_session": [round(float(each), 3) for each in np.percentile(longs / signals, [0, 50, 100])],
            "round_trips": len(moves),
            "mean_move_ticks": round(float(moves.mean()), 3),
            "standard_errors": round(float(moves.mean() / error), 2),
            "ticks_after_signal": {
                f"{delay:g} s": round(float(np.mean([row[3][k] for row in found])), 3)
                for k, delay in enumerate(DELAYS_S)
            },
        }
    return figures
