"""Every constant of METHOD.md as the decision core wants it: integers in nanoseconds, ticks, contracts and cents.

`system/config` builds it from what the user wrote; the defaults there and here are METHOD.md's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from system.domain.instrument import ES, Instrument
from system.domain.profile import FINAL, Profile

SECOND_NS: Final = 1_000_000_000
FOREVER_NS: Final = 1 << 62  # later than any time
MINUTE_S: Final = 60
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """Entries are denied from `start_ns` up to, not including, `end_ns`."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run's rules. Times of day are New York wall clock in seconds after midnight, 86400 being 24:00."""

    instrument: Instrument = ES
    profile: Profile = FINAL
    aggressor: Literal["quote", "split"] = "quote"
    # signals
    min_calculation_interval_ns: int = SECOND_NS // 10
    min_time_between_signals_ns: int = 20 * SECOND_NS
    max_signals_per_minute: int = 3
    # the gate
    entry_start_s: int = (9 * 60 + 35) * 60
    entry_end_s: int = (15 * 60 + 45) * 60
    flat_by_s: int = (15 * 60 + 55) * 60
    min_trade_duration_ns: int = 120 * SECOND_NS
    cooldown_after_loss_ns: int = 300 * SECOND_NS
    max_daily_loss_cents: int = 50_000
    max_trades_per_day: int = 20
    max_consecutive_losses: int = 5
    require_pattern: bool = False
    blackouts: tuple[Blackout, ...] = ()
    closures: Mapping[date, int | None] = field(default_factory=dict)  # Chicago close in s after midnight; None: closed
    roll_days: int = 8
    # the bracket
    contracts: int = 1
    stop_ticks: int = 8
    target_ticks: int = 16
    commission_cents: int = 225  # per contract and side
    # the exchange
    order_latency_ns: int = 50_000_000
    # patterns
    pattern_bar_trades: int = 100
    gamma_levels_ticks: tuple[float, ...] = ()
