"""Features, score, and signals (METHOD 4 and 5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from tests.reference.events import Trade
from tests.reference.flow import Flow
from tests.reference.quotes import Quote
from tests.reference.settings import Profile, Settings, to_ns

LONG, NEUTRAL, SHORT = 1, 0, -1
SLACK = 1e-9
TREND_LIMIT = 0.1
MINUTE_NS = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A score, what led to it and whether it became a signal."""

    ts_ns: int
    features: tuple[float, ...]
    score: float
    long_above: float
    short_below: float
    state: int
    is_signal: bool


def final_features(trade: Trade, quote: Quote, flow: Flow, tick_points: float) -> tuple[float, ...]:
    buys, sells = flow.buys_tenths, flow.sells_tenths
    price_size, size = flow.vwap
    vwap = price_size / size if size else 0.0
    return (
        math.tanh(200 * (trade.price - vwap) / vwap) if vwap else 0.0,
        math.tanh((buys - sells) / 10 / 800),
        math.tanh(1.5 * (buys - sells) / (buys + sells)) if buys + sells else 0.0,
        min(trade.size / 100, 1.0),
        max(0.0, 1 - quote.spread_ticks * tick_points / 4),
        *_common_features(quote, flow),
    )


def legacy_features(trade: Trade, quote: Quote, flow: Flow, tick_points: float) -> tuple[float, ...]:
    buys, sells = flow.buys_tenths, flow.sells_tenths
    return (
        1.0 if flow.vwap_rises else -1.0,
        max(-1.0, min(1.0, (buys - sells) / 10 / 5)),
        (buys - sells) / (buys + sells) if buys + sells else 0.0,
        min(trade.size / 10, 1.0),
        1.0 if quote.spread_ticks * tick_points <= 0.3 else -1.0,
        *_common_features(quote, flow),
    )


def _common_features(quote: Quote, flow: Flow) -> tuple[float, float, float]:
    imbalance = (quote.bid_size - quote.ask_size) / (quote.bid_size + quote.ask_size)
    return imbalance, math.tanh(flow.momentum_ticks / 8), flow.trend


def score_of(weights: Sequence[float], features: Sequence[float]) -> float:
    return math.fsum(weight * feature for weight, feature in zip(weights, features, strict=True))


def thresholds(profile: Profile, trend: float) -> tuple[float, float]:
    """Long above and short below, adapted to the trend where the profile adapts."""
    if not profile.adapts or abs(trend) <= TREND_LIMIT:
        return profile.long_above, profile.short_below
    centre = (profile.long_above + profile.short_below) / 2
    half = (profile.long_above - profile.short_below) / 2
    near, far = half * 25 / 35, half * 45 / 35
    return (centre + near, centre - far) if trend > 0 else (centre + far, centre - near)


def state_of(score: float, long_above: float, short_below: float) -> int:
    if score > long_above + SLACK:
        return LONG
    if score < short_below - SLACK:
        return SHORT
    return NEUTRAL


class Confluence:
    """Evaluates trades and finds the signals among the evaluations."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._interval_ns = to_ns(settings.min_calculation_interval_s)
        self._spacing_ns = to_ns(settings.min_time_between_signals_s)
        self._signals: list[int] = []  # times of all signals: they run on over the session's end
        self.restart()

    def restart(self) -> None:
        """A session begins."""
        self._state = NEUTRAL
        self._evaluated_ns: int | None = None

    def gap(self) -> None:
        self._state = NEUTRAL

    def judge(self, trade: Trade, quote: Quote | None, flow: Flow) -> Evaluation | None:
        """The evaluation of a valid trade that `flow` has already seen, or None when it isn't evaluated."""
        if quote is None:
            return None
        if self._evaluated_ns is not None and trade.ts_ns - self._evaluated_ns < self._interval_ns:
            return None
        self._evaluated_ns = trade.ts_ns
        profile = self._settings.profile
        column = final_features if profile.features == "final" else legacy_features
        features = column(trade, quote, flow, self._settings.instrument.tick_points)
        score = score_of(profile.weights, features)
        long_above, short_below = thresholds(profile, flow.trend)
        state = state_of(score, long_above, short_below)
        if flow.trades <= self._settings.window:
            state = NEUTRAL
        is_signal = self._is_candidate(state) and self._is_spaced(trade.ts_ns)
        self._state = state
        if is_signal:
            self._signals.append(trade.ts_ns)
        return Evaluation(trade.ts_ns, features, score, long_above, short_below, state, is_signal)

    def _is_candidate(self, state: int) -> bool:
        if state == NEUTRAL:
            return False
        return self._settings.profile.trigger == "level" or state != self._state

    def _is_spaced(self, ts_ns: int) -> bool:
        if self._signals and ts_ns - self._signals[-1] < self._spacing_ns:
            return False
        recent = takewhile(lambda signal: ts_ns - signal < MINUTE_NS, reversed(self._signals))
        return sum(1 for _ in recent) < self._settings.max_signals_per_minute
