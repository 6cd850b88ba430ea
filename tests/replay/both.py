"""The same tape and settings through the program and through the plain-Python reading, in one form to compare."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from simulator.replay.result import Result
from simulator.replay.trader import Trader
from system.domain.holidays import HOLIDAYS
from system.domain.instrument import INSTRUMENTS, ContractMonth
from system.domain.profile import Profile
from system.domain.settings import Blackout, Settings
from system.domain.ticks import Batch, Kind, empty_batch
from tests.reference.calendar import parse_wall
from tests.reference.events import Event
from tests.reference.run import Result as Reading
from tests.reference.settings import Settings as Rules
from tests.reference.settings import to_ns

MONTH = ContractMonth(2024, 6)


def batch_from(events: Sequence[Event]) -> Batch:
    """The reference's events as one batch; an absent size is 0."""
    batch = empty_batch(len(events))
    for row, event in zip(batch, events, strict=True):
        row["ts_ns"], row["kind"] = event.ts_ns, Kind[event.kind.upper()]
        row["price_ticks"], row["size"] = event.price or 0, event.size or 0 if event.price is not None else 0
        row["bid_ticks"], row["ask_ticks"] = event.bid or 0, event.ask or 0
        row["bid_size"] = event.bid_size or 0 if event.bid is not None else 0
        row["ask_size"] = event.ask_size or 0 if event.ask is not None else 0
        row["seed_price_size"], row["seed_size"] = event.seed_price_size or 0, event.seed_size or 0
    return batch


def settings_from(rules: Rules) -> tuple[Settings, ContractMonth | None]:
    """The reference's settings as the program's. Its roll date becomes a contract month and a number of roll days."""
    profile = rules.profile
    month, roll_days = None, 8
    if rules.roll_date is not None:
        month, roll_days = MONTH, (MONTH.third_friday - rules.roll_date) // timedelta(days=1)
    settings = Settings(
        instrument=INSTRUMENTS[rules.instrument.name],
        profile=Profile(
            name=profile.name,
            features="legacy" if profile.features == "legacy" else "final",
            weights=tuple(profile.weights),  # type: ignore[arg-type]
            long_above=profile.long_above,
            short_below=profile.short_below,
            window_trades=rules.window,
            trigger="level" if profile.trigger == "level" else "edge",
            adapts=profile.adapts,
        ),
        aggressor="split" if rules.aggressor == "split" else "quote",
        min_calculation_interval_ns=to_ns(rules.min_calculation_interval_s),
        min_time_between_signals_ns=to_ns(rules.min_time_between_signals_s),
        max_signals_per_minute=rules.max_signals_per_minute,
        entry_start_s=parse_wall(rules.entry_start),
        entry_end_s=parse_wall(rules.entry_end),
        flat_by_s=parse_wall(rules.flat_by),
        min_trade_duration_ns=to_ns(rules.min_trade_duration_s),
        cooldown_after_loss_ns=to_ns(rules.cooldown_after_loss_s),
        max_daily_loss_cents=round(rules.max_daily_loss_usd * 100),
        max_trades_per_day=rules.max_trades_per_day,
        max_consecutive_losses=rules.max_consecutive_losses,
        require_pattern=rules.require_pattern,
        blackouts=tuple(Blackout(start_ns=start, end_ns=end) for start, end in rules.blackouts),
        closures={day: _close_s(close) for day, close in rules.special_sessions.items()},
        roll_days=roll_days,
        contracts=rules.contracts,
        stop_ticks=rules.stop_ticks,
        target_ticks=rules.target_ticks,
        commission_cents=rules.commission_cents,
        order_latency_ns=rules.latency_ns,
        pattern_bar_trades=rules.pattern_bar_trades,
        gamma_levels_ticks=tuple(float(level) for level in rules.gamma_levels_ticks),
    )
    return settings, month


def with_holidays(rules: Rules) -> Rules:
    """The reference knows no holidays: give it the exchange's, the settings' own closures over them."""
    known = {day: "closed" if close_s is None else _hhmm(close_s) for day, close_s in HOLIDAYS.items()}
    return replace(rules, special_sessions={**known, **rules.special_sessions})


def _hhmm(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}"


def _close_s(close: str) -> int | None:
    return None if close == "closed" else parse_wall(close)


def replay(batch: Batch, settings: Settings, month: ContractMonth | None, cuts: Sequence[int] = ()) -> Result:
    """The program's result, the batch cut at `cuts`."""
    trader = Trader(settings, month, with_curves=False)
    for piece in np.split(batch, list(cuts)):
        trader.take(piece)
    return trader.result()


def assert_same(ours: Result, theirs: Reading) -> None:
    """Signals, fills, round trips, cents, patterns and the decision hash, all of them equal."""
    assert ours.evaluated == theirs.evaluated
    for signal, expected in zip(ours.signals, theirs.signals, strict=False):
        assert (signal.ts_ns, signal.direction, signal.outcome) == (
            expected.ts_ns,
            expected.direction,
            expected.outcome,
        )
        assert abs(signal.score - expected.score) < 1e-9
        assert np.allclose(signal.features, expected.features, rtol=0, atol=1e-9)
    assert len(ours.signals) == len(theirs.signals)
    letters = {1: "B", -1: "S"}
    assert [(f.ts_ns, letters[f.side], f.contracts, f.price_ticks, f.reason) for f in ours.fills] == [
        (f.ts_ns, f.action, f.contracts, f.price_ticks, f.reason) for f in theirs.fills
    ]
    names = ("side", "contracts", "entry_ts_ns", "exit_ts_ns", "exit_reason", "net_cents")
    assert [[getattr(trip, name) for name in names] for trip in ours.round_trips] == [
        [getattr(trip, name) for name in names] for trip in theirs.round_trips
    ]
    assert [(t.entry_price_ticks, t.exit_price_ticks) for t in ours.round_trips] == [
        (t.entry_price, t.exit_price) for t in theirs.round_trips
    ]
    assert {name: n for name, n in ours.patterns.items() if n} == {name: n for name, n in theirs.patterns.items() if n}
    assert (ours.open_at_end is None) == (theirs.open_at_end is None)
    assert ours.decision_hash == theirs.decision_hash
