"""Bars of trades, the patterns on them, and when a pattern fires (METHOD 8)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.events import Trade
from tests.reference.flow import Volumes
from tests.reference.quotes import Quote

BULLISH, BEARISH, NO_DIRECTION = 1, -1, 0
SILENT_BARS = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A closed bar: prices in ticks, volume in contracts, delta in tenths of a contract."""

    close_ns: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    delta_tenths: int
    mean_spread: Fraction | None  # ticks, over its trades with a prevailing quote; None without any

    @property
    def delta_share(self) -> Fraction:
        """|D| / V."""
        return Fraction(abs(self.delta_tenths), 10 * self.volume)

    def mirrored(self) -> Bar:
        """Prices negated: high and low change places."""
        return Bar(
            self.close_ns,
            -self.open,
            -self.low,
            -self.high,
            -self.close,
            self.volume,
            self.delta_tenths,
            self.mean_spread,
        )


Bars = Sequence[Bar]  # of one session, oldest first; the last one is judged


def mirror(bars: Bars) -> list[Bar]:
    return [bar.mirrored() for bar in bars]


def long_down_up_bar(bars: Bars) -> bool:
    if len(bars) < 3:
        return False
    before, middle, after = bars[-3:]
    return (
        middle.open < before.close
        and before.high > middle.low + 8
        and after.open > middle.close
        and after.high > middle.low + 8
        and after.high > before.high
    )


def color_down_setting(bars: Bars) -> bool:
    if len(bars) < 4:
        return False
    oldest, before, middle, after = bars[-4:]
    return (
        before.open < oldest.close
        and oldest.high > before.low + 12
        and before.low < oldest.low
        and middle.high < before.high
        and after.open < middle.close
        and middle.high > after.low + 12
        and after.low < middle.low
    )


def headfake_up_break(bars: Bars) -> bool:
    """The high breaks the highest high of the 9 bars before, with a strength of 0.7 or more."""
    if len(bars) < 10:
        return False
    history, bar = bars[-10:-1], bars[-1]
    level = max(earlier.high for earlier in history)
    if bar.high <= level:
        return False
    mean_volume = Fraction(sum(earlier.volume for earlier in history), 9)
    strength = (
        (0.4 if bar.volume > Fraction(3, 2) * mean_volume else 0.0)
        + (0.6 if bar.delta_share < Fraction(3, 10) else 0.0)
        + (0.3 if bar.close < level + 2 else 0.0)
    )
    return min(strength, 1.0) >= 0.7 - 1e-9


def _exceeds(value: Fraction, history: Sequence[Fraction], deviations: int) -> bool:
    """Above the history's mean by more than so many deviations (of the population), worked out exactly."""
    if not history:
        return False
    variance = statistics.pvariance(history)
    above = value - statistics.mean(history)
    return variance > 0 and above > 0 and above * above > deviations * deviations * variance


def microstructure_anomaly(bars: Bars) -> bool:
    history, bar = bars[-31:-1], bars[-1]
    if len(history) < 10:
        return bar.delta_share > Fraction(8, 10)
    if _exceeds(Fraction(bar.volume), [Fraction(earlier.volume) for earlier in history], 3):
        return True
    spreads = [earlier.mean_spread for earlier in history if earlier.mean_spread is not None]
    return bar.mean_spread is not None and len(spreads) >= 10 and _exceeds(bar.mean_spread, spreads, 2)


def is_base_end(bars: Bars, end: int) -> bool:
    """Whether a base, of either colour or none, ends at the bar of this index."""
    if end < 14:
        return False
    base, wide = bars[end - 7 : end + 1], bars[end - 14 : end + 1]
    if max(bar.high for bar in base) - min(bar.low for bar in base) > 10:
        return False
    wide_range = max(bar.high for bar in wide) - min(bar.low for bar in wide)
    variance = statistics.pvariance([Fraction(bar.close) for bar in base])
    return variance < Fraction(9, 100) * wide_range**2


def is_green_base_end(bars: Bars, end: int) -> bool:
    if not is_base_end(bars, end):
        return False
    rises = sum(bars[index].close > bars[index - 1].close for index in range(end - 4, end + 1))
    return rises >= 3


def red_bar_under_green_base(bars: Bars) -> bool:
    bar, now = bars[-1], len(bars) - 1
    if not bar.close < bar.open:
        return False
    for end in range(now - 1, max(now - 21, -1), -1):
        if is_green_base_end(bars, end):
            return bar.close < min(earlier.low for earlier in bars[end - 7 : end + 1])
    return False


def near_gamma_level(bars: Bars, levels: Sequence[Fraction]) -> bool:
    return any(abs(bars[-1].close - level) < Fraction(7, 2) for level in levels)


def battle_outcome(bars: Bars) -> float:
    """K / (K + F) over those of the last 5 bars that have a range; 0.5 if nothing."""
    vikings = defenseurs = 0.0
    for index in range(max(len(bars) - 5, 0), len(bars)):
        bar = bars[index]
        if bar.high <= bar.low:
            continue
        body = abs(bar.close - bar.open) / (bar.high - bar.low)
        before = [earlier.volume for earlier in bars[max(index - 20, 0) : index]]
        if body > 0.6:
            volume_term = 0.2 * min(bar.volume / statistics.fmean(before), 2.0) if before else 0.0
            gain = 0.8 * body + volume_term
            vikings, defenseurs = (vikings + gain, defenseurs) if bar.close > bar.open else (vikings, defenseurs + gain)
        gain = 0.5 * min(float(bar.delta_share), 1.0)
        if bar.delta_tenths > 0:
            vikings += gain
        elif bar.delta_tenths < 0:
            defenseurs += gain
    return vikings / (vikings + defenseurs) if vikings + defenseurs > 0 else 0.5


Condition = Callable[[Bars], bool]


def conditions(gamma_levels: Sequence[Fraction]) -> list[tuple[str, int, Condition]]:
    """Every pattern that fires: its name, its direction and when it is true; in METHOD's order."""
    return [
        ("long_down_up_bar", BULLISH, long_down_up_bar),
        ("long_up_down_bar", BEARISH, lambda bars: long_down_up_bar(mirror(bars[-3:]))),
        ("color_down_setting", BEARISH, color_down_setting),
        ("color_up_setting", BULLISH, lambda bars: color_down_setting(mirror(bars[-4:]))),
        ("headfake", BEARISH, headfake_up_break),
        ("headfake", BULLISH, lambda bars: headfake_up_break(mirror(bars[-10:]))),
        ("microstructure_anomaly", NO_DIRECTION, microstructure_anomaly),
        ("golden_rule_break", BEARISH, red_bar_under_green_base),
        ("golden_rule_break", BULLISH, lambda bars: red_bar_under_green_base(mirror(bars[-40:]))),
        ("gamma_pin", NO_DIRECTION, lambda bars: near_gamma_level(bars, gamma_levels)),
    ]


@dataclass(frozen=True, slots=True)
class Firing:
    close_ns: int
    name: str
    direction: int


class Trigger:
    """One pattern in one direction: fires on its rising edge, then is silent for 3 bars."""

    def __init__(self, name: str, direction: int, condition: Condition) -> None:
        self.name, self.direction, self._condition = name, direction, condition
        self.restart()

    def restart(self) -> None:
        self._was_true = False
        self._silent_until = -1  # index of the last silent bar

    def fires(self, bars: Bars) -> bool:
        now, index = self._condition(bars), len(bars) - 1
        rising = now and not self._was_true
        self._was_true = now
        if not rising or index <= self._silent_until:
            return False
        self._silent_until = index + SILENT_BARS
        return True


class OpenBar:
    """The bar in the making."""

    def __init__(self) -> None:
        self.trades: list[tuple[Trade, Volumes, Quote | None]] = []

    def close(self) -> Bar:
        prices = [trade.price for trade, _, _ in self.trades]
        spreads = [quote.spread_ticks for _, _, quote in self.trades if quote is not None]
        return Bar(
            close_ns=self.trades[-1][0].ts_ns,
            open=prices[0],
            high=max(prices),
            low=min(prices),
            close=prices[-1],
            volume=sum(trade.size for trade, _, _ in self.trades),
            delta_tenths=sum(volumes.buys - volumes.sells for _, volumes, _ in self.trades),
            mean_spread=Fraction(sum(spreads), len(spreads)) if spreads else None,
        )


class Patterns:
    """Builds the bars of a session and judges the patterns on each as it closes."""

    def __init__(self, bar_trades: int, gamma_levels: Sequence[Fraction]) -> None:
        self._bar_trades = bar_trades
        self._triggers = [Trigger(*condition) for condition in conditions(gamma_levels)]
        self.firings: list[Firing] = []
        self.counts = {trigger.name: 0 for trigger in self._triggers}
        self.battles: list[tuple[int, float]] = []
        self.restart()

    def restart(self) -> None:
        """A session begins: history does not reach over its start."""
        self._bars: list[Bar] = []
        self._fired: list[set[int]] = []  # by bar: the directions in which patterns fired
        self._open = OpenBar()
        for trigger in self._triggers:
            trigger.restart()

    def gap(self) -> None:
        self._open = OpenBar()

    def see(self, trade: Trade, volumes: Volumes, quote: Quote | None) -> None:
        self._open.trades.append((trade, volumes, quote))
        if len(self._open.trades) < self._bar_trades:
            return
        bar = self._open.close()
        self._open = OpenBar()
        self._bars.append(bar)
        fired = [trigger for trigger in self._triggers if trigger.fires(self._bars)]
        self._fired.append({trigger.direction for trigger in fired})
        for trigger in fired:
            self.counts[trigger.name] += 1
            self.firings.append(Firing(bar.close_ns, trigger.name, trigger.direction))
        self.battles.append((bar.close_ns, battle_outcome(self._bars[-25:])))

    def fired_lately(self, direction: int) -> bool:
        """Whether a pattern fired in this direction on one of the last 3 closed bars."""
        return any(direction in directions for directions in self._fired[-3:])
