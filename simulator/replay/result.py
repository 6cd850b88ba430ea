"""What a replay of one profile leaves: the numbers of the summary, and the rows behind them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy.typing as npt

from system.domain.position import Fill, RoundTrip
from system.domain.profile import Profile
from system.domain.settings import Settings

Rows = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """A signal and what became of it. `features` in the order of `system.domain.profile.FEATURES`."""

    ts_ns: int
    direction: int  # +1 long, -1 short
    price_ticks: int  # the reference: ask for a long, bid for a short
    score: float
    features: tuple[float, ...]
    outcome: str  # accepted, close, or the denying reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPosition:
    """What is still held at the tape's end, valued at the opposite touch, or the last trade without a quote."""

    side: str  # long or short
    contracts: int
    entry_ts_ns: int
    entry_price: float  # points
    mark_price: float
    unrealised_usd: float  # after the commissions paid so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """For the page only: decimated lines over the whole tape. Rows of LINE and of patterns.BAR."""

    lines: Rows  # one a time bucket that had a trade
    bars: Rows


@dataclass(slots=True, kw_only=True)
class TapeSummary:
    """The tape as replayed."""

    sources: list[str]
    symbol: str
    contract_month: str | None
    seed: int | None
    events: int = 0
    trades: int = 0
    first_ts_ns: int | None = None
    last_ts_ns: int | None = None
    sessions: list[date] = field(default_factory=list)
    partial_session: bool = False
    side_agreement: float | None = None  # share of volume whose known aggressor the method's sides agree with
    complete: bool = True  # False: interrupted


@dataclass(slots=True, kw_only=True)
class Result:
    """One profile's replay."""

    settings: Settings
    profile: Profile
    signals: list[SignalRow] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    round_trips: list[RoundTrip] = field(default_factory=list)
    patterns: dict[str, int] = field(default_factory=dict)
    evaluated: int = 0
    score: tuple[float, float, float] | None = None  # least, greatest, mean
    open_at_end: OpenPosition | None = None
    decision_hash: str = ""
    run_s: float = 0.0
    curves: Curves | None = None
