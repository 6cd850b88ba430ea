"""Confluence: tape events in, signals out (METHOD.md sections 2 to 5 and 8), whatever the size of the batches."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from system.domain import patterns, scoring
from system.domain.scoring import Array
from system.domain.settings import Settings
from system.domain.ticks import Batch, empty_batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a stretch of events [.., stop) of a batch gave: rows of EVALUATION, SIGNAL and BAR, valid until the next."""

    stop: int
    evaluations: Array
    signals: Array
    bars: Array


class Confluence:
    """The state of one run's features, score, signals and patterns. Signals do not depend on what the gate says."""

    def __init__(self, settings: Settings) -> None:
        profile = settings.profile
        rules = np.zeros(1, dtype=scoring.RULES)
        rules["legacy"] = profile.features == "legacy"
        rules["split"] = settings.aggressor == "split"
        rules["level"] = profile.trigger == "level"
        rules["adapts"] = profile.adapts
        rules["weights"] = profile.weights
        rules["long_above"], rules["short_below"] = profile.long_above, profile.short_below
        rules["window_trades"] = profile.window_trades
        rules["interval_ns"] = settings.min_calculation_interval_ns
        rules["spacing_ns"] = settings.min_time_between_signals_ns
        rules["bar_trades"] = settings.pattern_bar_trades
        rules["tick"] = float(settings.instrument.tick)
        rules["unit"] = 10 if settings.aggressor == "split" else 1
        state = np.zeros(1, dtype=scoring.STATE)
        state["score_min"], state["score_max"] = np.inf, -np.inf
        self._state = state
        self._memory = np.zeros(1, dtype=patterns.MEMORY)
        self._fired = np.zeros(len(patterns.RULES), dtype=np.int64)
        self._kernel_arguments = (
            rules,
            state,
            np.zeros((2, profile.window_trades), dtype=np.int64),
            np.zeros(scoring.HISTORY, dtype=np.int64),
            np.zeros(settings.max_signals_per_minute, dtype=np.int64),
            np.zeros(1, dtype=patterns.BAR),
            np.zeros(patterns.RING, dtype=patterns.BAR),
            np.array(settings.gamma_levels_ticks, dtype=np.float64),
            self._memory,
            self._fired,
        )
        self._evaluations = np.zeros(scoring.BUFFER, dtype=scoring.EVALUATION)
        self._signals = np.zeros(scoring.BUFFER, dtype=scoring.SIGNAL)
        self._bars = np.zeros(scoring.BUFFER, dtype=patterns.BAR)
        self.begin_session()

    def begin_session(self) -> None:
        """Restart everything that restarts with the session; the spacing of signals runs on."""
        scoring.clear_session(self._state)
        patterns.forget(self._memory, self._fired)

    def compile(self) -> None:
        """Compile what the first event would have to wait for, some seconds after an update."""
        scoring.advance(*self._kernel_arguments, empty_batch(0), 0, 0, self._evaluations, self._signals, self._bars)

    def read(self, batch: Batch, start: int, stop: int) -> Iterator[Reading]:
        """Take events [start, stop) of `batch`, all within one session's trading hours."""
        while start < stop:
            start, evaluations, signals, bars = scoring.advance(
                *self._kernel_arguments, batch, start, stop, self._evaluations, self._signals, self._bars
            )
            yield Reading(
                stop=start,
                evaluations=self._evaluations[:evaluations],
                signals=self._signals[:signals],
                bars=self._bars[:bars],
            )

    @property
    def evaluated(self) -> int:
        return int(self._state["evaluations"][0])

    @property
    def last_price_ticks(self) -> int:
        """Of the last valid trade in trading hours."""
        return int(self._state["price_ticks"][0])

    @property
    def side_agreement(self) -> float | None:
        """The share of the volume with a known aggressor that our sides put on the same side; None without any."""
        known = int(self._state["known"][0])
        return int(self._state["agreed"][0]) / known if known else None

    @property
    def score(self) -> tuple[float, float, float] | None:
        """Least, greatest and mean score so far; None before the first evaluation."""
        if self.evaluated == 0:
            return None
        state = self._state[0]
        return float(state["score_min"]), float(state["score_max"]), float(state["score_sum"]) / self.evaluated
