"""Every key of METHOD with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.reference import calendar

FEATURES = (
    "vwap_trend",
    "delta_signal",
    "aggression_bias",
    "volume_strength",
    "spread_signal",
    "size_imbalance",
    "momentum",
    "regime_trend",
)


@dataclass(frozen=True)
class Instrument:
    name: str
    cents_per_tick: int
    commission_usd: float
    tick_points: float = 0.25


ES = Instrument("ES", 1250, 2.25)
MES = Instrument("MES", 125, 0.62)
INSTRUMENTS = {"ES": ES, "MES": MES}


@dataclass(frozen=True)
class Profile:
    """A row of the table of section 4; `features` names its column, `weights` are in the order of FEATURES."""

    name: str
    features: str
    weights: tuple[float, ...]
    long_above: float
    short_below: float
    window_trades: int
    trigger: str
    adapts: bool

    def __post_init__(self) -> None:
        limit = sum(abs(weight) for weight in self.weights)
        if len(self.weights) != len(FEATURES) or self.features not in ("final", "legacy"):
            raise ValueError(f"profile {self.name}: eight weights, and features 'final' or 'legacy'")
        if self.trigger not in ("edge", "level") or self.window_trades < 1:
            raise ValueError(f"profile {self.name}: trigger 'edge' or 'level', window_trades at least 1")
        if self.short_below > self.long_above:
            raise ValueError(f"profile {self.name}: thresholds cross")
        if self.long_above >= limit or self.short_below <= -limit:
            raise ValueError(f"profile {self.name}: a threshold cannot fire")


_NEW_WEIGHTS = (0.40, 0.40, 0.15, 0.03, 0.02, 0.0, 0.0, 0.0)
_OLD_WEIGHTS = (0.20, 0.25, 0.20, 0.15, 0.10, 0.10, 0.0, 0.0)
FINAL = Profile("final", "final", _NEW_WEIGHTS, 0.18, -0.12, 100, "edge", False)
ADAPTIVE = Profile("adaptive", "final", _NEW_WEIGHTS, 0.18, -0.12, 100, "edge", True)
LEGACY = Profile("legacy", "legacy", _OLD_WEIGHTS, 0.35, -0.35, 1, "level", False)
PROFILES = {"final": FINAL, "adaptive": ADAPTIVE, "legacy": LEGACY}


@dataclass(frozen=True)
class Settings:
    profile: Profile = FINAL
    instrument: Instrument = ES
    aggressor: str = "quote"  # or "split"
    window_trades: int | None = None  # None: the profile's
    min_calculation_interval_s: float = 0.1
    min_time_between_signals_s: float = 20.0
    max_signals_per_minute: int = 3
    min_trade_duration_s: float = 120.0
    cooldown_after_loss_s: float = 300.0
    max_daily_loss_usd: float = 500.0
    max_trades_per_day: int = 20
    max_consecutive_losses: int = 5
    require_pattern: bool = False
    contracts: int = 1
    stop_ticks: int = 8
    target_ticks: int = 16
    order_latency_ms: float = 50.0
    commission_usd: float | None = None  # None: the instrument's
    entry_start: str = "09:35"
    entry_end: str = "15:45"
    flat_by: str = "15:55"
    blackouts: tuple[tuple[int, int], ...] = ()  # [start_ns, end_ns)
    special_sessions: Mapping[date, str] = field(default_factory=dict)  # 'closed' or a Chicago close 'HH:MM'
    roll_date: date | None = None
    pattern_bar_trades: int = 100
    gamma_levels_ticks: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        if self.order_latency_ms < 0.001:
            raise ValueError("order_latency_ms: at least 0.001")
        if self.aggressor not in ("quote", "split"):
            raise ValueError("aggressor: 'quote' or 'split'")
        entry = (calendar.parse_wall(self.entry_start), calendar.parse_wall(self.entry_end))
        flat = (self.flat_by_second, calendar.FLAT_UNTIL_S)
        if self.flattens and calendar.spans_meet(entry, flat):
            raise ValueError("entry hours meet [flat_by, 18:00)")

    @property
    def window(self) -> int:
        return self.profile.window_trades if self.window_trades is None else self.window_trades

    @property
    def flat_by_second(self) -> int:
        return calendar.parse_wall(self.flat_by)

    @property
    def flattens(self) -> bool:
        return self.flat_by_second != calendar.DAY_S

    @property
    def latency_ns(self) -> int:
        return round(self.order_latency_ms * 1_000_000)

    @property
    def commission_cents(self) -> int:
        """Per contract and side."""
        usd = self.instrument.commission_usd if self.commission_usd is None else self.commission_usd
        return round(usd * 100)


def to_ns(seconds: float) -> int:
    return round(seconds * calendar.SECOND)
