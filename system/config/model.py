"""Every key of the configuration, its bounds, and its default: METHOD.md's. `settings` makes the core's integers."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from system.config.values import (
    ACCOUNT,
    CLOSE,
    DATE,
    DAY,
    DAY_S,
    FLAG,
    FOLDER,
    LABEL,
    MOMENT,
    TIME_OF_DAY,
    WALL_TIME,
    ZONE,
    about,
    auto_or,
    choice,
    decimal,
    moment_ns,
    one_of,
    scaled,
    show_time,
    whole,
    wrong,
)
from system.domain.errors import InputError
from system.domain.instrument import ES, INSTRUMENTS
from system.domain.profile import FEATURES, PROFILES, Profile
from system.domain.settings import Blackout, Settings

ENTRIES_MAX: Final = 10_000  # of a table or list
GLOBEX_BREAK_S: Final = 18 * 3600  # New York: no flatten from here on
PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW: Final = whole(1, 100_000)
SCORE: Final = decimal("-1000", "1000", 15, "a score")
WEIGHT: Final = decimal("-1000", "1000", 15, "a weight")

STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class BlackoutWindow(BaseModel):
    """A dated window without entries, from `start` up to, not including, `end`."""

    model_config = STRICT

    start: Annotated[datetime, MOMENT]
    end: Annotated[datetime, MOMENT]

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        if self.start >= self.end:
            raise wrong("an end that is later than the start")
        return self


class MaintenanceWindow(BaseModel):
    """A weekly window in which the broker may be away: on `days`, from `start` up to `end` on the zone's clock."""

    model_config = STRICT

    name: Annotated[str, LABEL]
    zone: Annotated[str, ZONE]
    days: tuple[Annotated[str, choice(*WEEKDAYS)], ...] = WEEKDAYS
    start: Annotated[int, WALL_TIME]
    end: Annotated[int, WALL_TIME]  # not after the start: on the next day
    first_day: Annotated[date | None, DATE] = None
    last_day: Annotated[date | None, DATE] = None

    @model_validator(mode="after")
    def has_days(self) -> Self:
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise about(("last_day", "first_day"), "a last day that is not before the first")
        return self


RESETS: Final = (
    {"name": "daily restart", "start": "17:00", "end": "18:00"},
    {"name": "nightly reset", "start": "00:15", "end": "01:45"},
    {"name": "weekend reset", "start": "23:00", "end": "03:00", "days": ["fri"]},
)
MAINTENANCE: Final = tuple(
    MaintenanceWindow.model_validate({"zone": "America/New_York", **window}) for window in RESETS
)


class UserProfile(BaseModel):
    """A profile of the user's own; a weight that is not named is 0."""

    model_config = STRICT

    features: Annotated[Literal["final", "legacy"], choice("final", "legacy")] = "final"
    weights: dict[Annotated[str, choice(*FEATURES)], Annotated[Decimal, WEIGHT]]
    long_above: Annotated[Decimal, SCORE]
    short_below: Annotated[Decimal, SCORE]
    window_trades: Annotated[int, WINDOW] = 100
    trigger: Annotated[Literal["edge", "level"], choice("edge", "level")] = "edge"
    adapts: Annotated[bool, FLAG] = False

    @model_validator(mode="after")
    def can_fire(self) -> Self:
        long_above, short_below = float(self.long_above), float(self.short_below)
        reach = math.fsum(abs(float(weight)) for weight in self.weights.values())
        if short_below >= long_above:
            raise about(
                ("short_below", "long_above"),
                f"thresholds that do not cross: short_below under long_above ({long_above})",
            )
        if long_above >= reach:
            raise about(("long_above",), f"a threshold that can fire: under {reach:g}, the sum of the weights' sizes")
        if short_below <= -reach:
            raise about(
                ("short_below",), f"a threshold that can fire: over {-reach:g}, minus the sum of the weights' sizes"
            )
        return self

    def profile(self, name: str) -> Profile:
        """The core's form of it."""
        return Profile(
            name=name,
            features=self.features,
            weights=tuple(float(self.weights.get(feature, 0)) for feature in FEATURES),  # type: ignore[arg-type] # eight
            long_above=float(self.long_above),
            short_below=float(self.short_below),
            window_trades=self.window_trades,
            trigger=self.trigger,
            adapts=self.adapts,
        )


Ticks = Annotated[int, whole(1, 10_000)]
LongSeconds = Annotated[Decimal, decimal("0", "86400", 9, "seconds")]


class Config(BaseModel):
    """The configuration as the user wrote it, checked. Times of day are seconds after midnight in New York."""

    model_config = STRICT

    profile: str = Field(
        "final", description="The profile that decides: final, adaptive, legacy, or one of [profiles]."
    )
    instrument: Annotated[str | None, auto_or(choice(*INSTRUMENTS))] = Field(
        None, description="ES or MES; auto: what the tape says, else ES."
    )
    aggressor: Annotated[Literal["quote", "split"], choice("quote", "split")] = Field(
        "quote",
        description="Who was the aggressor of a trade: judged by the quote, or split 60 to 40 by the price change.",
    )
    # signals
    min_calculation_interval_s: Annotated[Decimal, decimal("0", "3600", 9, "seconds")] = Field(
        Decimal("0.1"), description="Seconds between two evaluations of the score, at least."
    )
    min_time_between_signals_s: LongSeconds = Field(Decimal(20), description="Seconds between two signals, at least.")
    max_signals_per_minute: Annotated[int, whole(1, 1000)] = Field(
        3, description="Signals within any 60 seconds, at most."
    )
    window_trades: Annotated[int | None, auto_or(WINDOW)] = Field(
        None, description="Trades in the window of buy and sell volume; auto: the profile's."
    )
    # the gate
    entry_start: Annotated[int, TIME_OF_DAY] = Field(34_500, description="New York time from which entries are made.")
    entry_end: Annotated[int, TIME_OF_DAY] = Field(56_700, description="New York time from which none is made.")
    flat_by: Annotated[int, TIME_OF_DAY] = Field(
        57_300, description="New York time from which positions are closed, until 18:00; 24:00: never."
    )
    min_trade_duration_s: LongSeconds = Field(
        Decimal(120), description="Seconds a position is held before an opposite signal may close it."
    )
    cooldown_after_loss_s: LongSeconds = Field(
        Decimal(300), description="Seconds without entries after a losing trade."
    )
    max_daily_loss_usd: Annotated[Decimal, decimal("0.01", "10000000", 2, "USD")] = Field(
        Decimal(500), description="Realised loss of a session in USD from which no more entries are made in it."
    )
    max_trades_per_day: Annotated[int, whole(1, 100_000)] = Field(20, description="Entries in a session, at most.")
    max_consecutive_losses: Annotated[int, whole(1, 100_000)] = Field(
        5, description="Losing trades in a row after which the session is over."
    )
    require_pattern: Annotated[bool, FLAG] = Field(
        False, description="Enter only with a named pattern in the signal's direction within the last 3 bars."
    )
    allow_partial_vwap: Annotated[bool, FLAG] = Field(
        False, description="Live: trade after a late start or a gap although VWAP misses the session's earlier trades."
    )
    # the bracket
    contracts: Annotated[int, whole(1, 1000)] = Field(1, description="Contracts of an entry.")
    stop_ticks: Ticks = Field(8, description="Ticks from the reference price to the stop loss.")
    target_ticks: Ticks = Field(16, description="Ticks from the reference price to the take profit.")
    commission_usd: Annotated[Decimal | None, auto_or(decimal("0", "1000", 2, "USD"))] = Field(
        None, description="USD per contract and side; auto: the instrument's."
    )
    # the exchange
    order_latency_ms: Annotated[Decimal, decimal("0.001", "60000", 6, "milliseconds")] = Field(
        Decimal(50), description="Milliseconds from a command to the exchange; never 0."
    )
    # hard limits that no signal can pass, live
    max_position_contracts: Annotated[int, whole(1, 1000)] = Field(
        10, description="Live: contracts that orders not proven dead may lead to, long or short, at most."
    )
    max_orders_per_minute: Annotated[int, whole(3, 1000)] = Field(
        30, description="Live: orders sent within any 60 seconds, at most; a bracket is three. Exits are never denied."
    )
    max_spread_ticks: Annotated[int, whole(1, 10_000)] = Field(
        40, description="Live: ticks from bid to ask beyond which no entry is made."
    )
    max_day_loss_open_usd: Annotated[Decimal, decimal("0.01", "10000000", 2, "USD")] = Field(
        Decimal(5000),
        description="Live: loss of a session in USD, open position included, at which all is closed and entries halt.",
    )
    margin_check: Annotated[bool, FLAG] = Field(
        True, description="Live: no entries in a session until TWS has said that the account can carry one."
    )
    max_clock_skew_s: Annotated[Decimal, decimal("2", "3600", 3, "seconds")] = Field(
        Decimal(30), description="Live: seconds between TWS's clock and this machine's beyond which no entry is made."
    )
    # the calendar
    roll_days: Annotated[int, whole(0, 60)] = Field(
        8, description="Days before the third Friday of the contract's month from which it gets no entries."
    )
    # patterns
    pattern_bar_trades: Annotated[int, whole(1, 100_000)] = Field(100, description="Trades of a bar.")
    gamma_levels: tuple[Annotated[Decimal, decimal("0.01", "1000000", 9, "points")], ...] = Field(
        (), max_length=ENTRIES_MAX, description="Prices in points at which gamma_pin fires."
    )
    # where things are kept
    account: Annotated[str, ACCOUNT] = Field(
        "", description="Live: the account that is to be behind TWS; empty: any one of the kind asked for."
    )
    data_dir: Annotated[str, FOLDER] = Field(
        "data", description="Live: the folder of journals and tapes, one folder an account."
    )
    log_dir: Annotated[str, FOLDER] = Field("logs", description="Live: the folder of the log, one file a UTC day.")
    # the link to TWS
    link_tries: Annotated[int, whole(1, 1000)] = Field(
        5, description="Live: failed tries in a row to reach TWS, after which the program gives up."
    )
    link_pause_s: Annotated[Decimal, decimal("1", "3600", 3, "seconds")] = Field(
        Decimal(10), description="Live: seconds between a failed try and the next."
    )
    link_timeout_s: Annotated[Decimal, decimal("1", "600", 3, "seconds")] = Field(
        Decimal(10), description="Live: seconds for a try, with handshake and reconciliation."
    )
    link_stable_s: Annotated[Decimal, decimal("1", "86400", 3, "seconds")] = Field(
        Decimal(60), description="Live: seconds a connection stands until earlier failed tries are forgotten."
    )
    data_stall_s: Annotated[Decimal, decimal("5", "3600", 3, "seconds")] = Field(
        Decimal(30), description="Live: seconds of silence in an open market after which data counts as dead."
    )
    link_patience_s: Annotated[Decimal, decimal("10", "86400", 3, "seconds")] = Field(
        Decimal(120), description="Live: seconds without a link that is ready, in an open market, until an alert."
    )
    tick_spacing_s: Annotated[Decimal, decimal("0", "60", 3, "seconds")] = Field(
        Decimal(15), description="Live: seconds between two tick-by-tick requests; IB takes one in 15 s for a contract."
    )
    allow_sampled: Annotated[bool, FLAG] = Field(
        False, description="Live: whether sampled data may be traded on where TWS refuses it tick by tick."
    )
    maintenance_margin_s: Annotated[Decimal, decimal("0", "14400", 3, "seconds")] = Field(
        Decimal(900), description="Live: seconds without entries before a window of maintenance."
    )
    # tables
    maintenance: tuple[MaintenanceWindow, ...] = Field(
        MAINTENANCE, max_length=100, description="Live: weekly windows in which TWS or IB may be away."
    )
    blackouts: tuple[BlackoutWindow, ...] = Field(
        (), max_length=ENTRIES_MAX, description="Dated windows without entries; without an offset, New York time."
    )
    closures: dict[Annotated[date, DAY], Annotated[int | None, CLOSE]] = Field(
        {}, max_length=ENTRIES_MAX, description="Session date to the Chicago time of its close, or closed."
    )
    profiles: dict[str, UserProfile] = Field(
        {}, max_length=100, description="Profiles of your own, by name; the built-in names are taken."
    )

    @field_validator("profiles", mode="after")
    @classmethod
    def names_are_free(cls, profiles: dict[str, UserProfile]) -> dict[str, UserProfile]:
        for name in profiles:
            if name in PROFILES:
                raise wrong(f'another name than "{name}", which is a built-in profile')
            if not PROFILE_NAME.fullmatch(name):
                raise wrong("names of letters, digits, _ and -, at most 40")
        return profiles

    @model_validator(mode="after")
    def profile_is_known(self) -> Self:
        known = [*PROFILES, *self.profiles]
        if self.profile not in known:
            raise about(("profile",), one_of(self.profile, known))
        return self

    @model_validator(mode="after")
    def hours_do_not_meet(self) -> Self:
        if self.flat_by == DAY_S:
            return self
        for start, end in spans(self.entry_start, self.entry_end):
            for flat_start, flat_end in spans(self.flat_by, GLOBEX_BREAK_S):
                if start < flat_end and flat_start < end:
                    hours = f"{show_time(self.entry_start)} to {show_time(self.entry_end)}"
                    raise about(
                        ("flat_by", "entry_end", "entry_start"),
                        f"entry hours ({hours}) that do not meet the hours from flat_by ({show_time(self.flat_by)})"
                        ' to 18:00; flat_by = "24:00" switches the flatten off',
                    )
        return self

    def settings(self, profile_name: str | None = None, symbol: str | None = None) -> Settings:
        """The core's rules for a profile (None: the configured one) and the tape's symbol (`instrument` wins)."""
        instrument = INSTRUMENTS.get(self.instrument or symbol or ES.symbol)
        if instrument is None:
            raise InputError(f'symbol "{symbol}": expected {one_of(symbol, INSTRUMENTS)}')
        profile = self.profile_named(self.profile if profile_name is None else profile_name)
        commission = self.commission_usd
        return Settings(
            instrument=instrument,
            profile=profile,
            aggressor=self.aggressor,
            min_calculation_interval_ns=scaled(self.min_calculation_interval_s, 9),
            min_time_between_signals_ns=scaled(self.min_time_between_signals_s, 9),
            max_signals_per_minute=self.max_signals_per_minute,
            entry_start_s=self.entry_start,
            entry_end_s=self.entry_end,
            flat_by_s=self.flat_by,
            min_trade_duration_ns=scaled(self.min_trade_duration_s, 9),
            cooldown_after_loss_ns=scaled(self.cooldown_after_loss_s, 9),
            max_daily_loss_cents=scaled(self.max_daily_loss_usd, 2),
            max_trades_per_day=self.max_trades_per_day,
            max_consecutive_losses=self.max_consecutive_losses,
            require_pattern=self.require_pattern,
            blackouts=tuple(
                Blackout(start_ns=moment_ns(window.start), end_ns=moment_ns(window.end)) for window in self.blackouts
            ),
            closures=dict(self.closures),
            roll_days=self.roll_days,
            contracts=self.contracts,
            stop_ticks=self.stop_ticks,
            target_ticks=self.target_ticks,
            commission_cents=instrument.commission_cents if commission is None else scaled(commission, 2),
            order_latency_ns=scaled(self.order_latency_ms, 6),
            pattern_bar_trades=self.pattern_bar_trades,
            gamma_levels_ticks=tuple(float(level / instrument.tick) for level in self.gamma_levels),
        )

    def profile_named(self, name: str) -> Profile:
        """A built-in profile or one of the user's, with `window_trades` in force where it is set."""
        known = [*PROFILES, *self.profiles]
        if name not in known:
            raise InputError(f'profile "{name}": expected {one_of(name, known)}')
        profile = PROFILES.get(name) or self.profiles[name].profile(name)
        return profile if self.window_trades is None else replace(profile, window_trades=self.window_trades)


def spans(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a day from `start` to `end`; a start later than its end wraps over midnight; equal ones: none."""
    if start > end:
        yield from ((start, DAY_S), (0, end))
    elif start < end:
        yield start, end
