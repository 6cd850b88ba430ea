"""Bars written by hand, judged one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from system.domain import patterns
from system.domain.patterns import RULES

Fired = set[tuple[str, int]]


@dataclass(frozen=True)
class Bar:
    """One bar; a spread of None: no trade had a quote."""

    open: int
    high: int
    low: int
    close: int
    volume: int = 100
    delta: int = 0
    spread: float | None = 1.0

    @property
    def mirrored(self) -> "Bar":
        return replace(self, open=-self.open, high=-self.low, low=-self.high, close=-self.close)


def flat(count: int, price: int = 100, **fields: Any) -> list[Bar]:
    """Bars of two ticks about a price."""
    return [Bar(price, price + 1, price - 1, price, **fields)] * count


def mirrored(bars: Sequence[Bar]) -> list[Bar]:
    return [bar.mirrored for bar in bars]


def changed(bars: Sequence[Bar], index: int, **fields: Any) -> list[Bar]:
    return [replace(bar, **fields) if k == index else bar for k, bar in enumerate(bars)]


def judged(bars: Sequence[Bar], unit: int = 1, levels: Sequence[float] = ()) -> tuple[list[Fired], list[float]]:
    """What fires at each bar of a session, and the shown outcome of the battle."""
    ring = np.zeros(patterns.RING, dtype=patterns.BAR)
    memory, fired_bar = np.zeros(1, dtype=patterns.MEMORY), np.zeros(len(RULES), dtype=np.int64)
    patterns.forget(memory, fired_bar)
    gamma = np.array(levels, dtype=np.float64)
    fired: list[Fired] = []
    battles: list[float] = []
    for n, bar in enumerate(bars):
        row = ring[n & patterns.MASK : (n & patterns.MASK) + 1]
        row["open"], row["high"], row["low"], row["close"] = bar.open, bar.high, bar.low, bar.close
        row["volume"], row["delta"] = bar.volume, bar.delta
        row["spread"] = np.nan if bar.spread is None else bar.spread
        bits = patterns.judge(ring, n, unit, gamma, memory, fired_bar)
        fired.append({rule for bit, rule in enumerate(RULES) if bits >> bit & 1})
        battles.append(float(row["battle"][0]))
    return fired, battles


def fires(bars: Sequence[Bar], name: str, direction: int, **options: Any) -> bool:
    """Whether the last bar fires a rule."""
    return (name, direction) in judged(bars, **options)[0][-1]
