"""Random settings under which random tapes really signal, trade and close. A seed makes each."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from fractions import Fraction

from tests.reference.settings import ES, FEATURES, MES, PROFILES, Profile, Settings
from tests.reference.tapes import SPECIAL_SESSIONS

HOURS = (  # entry_start, entry_end, flat_by
    ("09:35", "15:45", "15:55"),
    ("00:00", "24:00", "24:00"),
    ("00:00", "24:00", "24:00"),
    ("00:00", "24:00", "24:00"),
    ("18:00", "15:55", "15:55"),
    ("18:00", "15:55", "15:55"),
    ("18:00", "15:55", "15:55"),
    ("18:00", "09:36:00", "09:36:00"),  # soon after a start of the random tapes
    ("18:00", "13:05", "13:05"),
    ("18:00", "17:59", "18:00"),  # positions are left over until the open
    ("18:00", "17:30", "17:30"),  # flattens in the break
    ("18:00", "02:30", "02:30"),  # a time that two nights a year skip or repeat
    ("18:00:01", "19:59:59", "20:00"),
    ("10:00", "10:00", "15:55"),  # no entries
)


def random_profile(rng: random.Random) -> Profile:
    if rng.random() < 0.3:
        return rng.choice(list(PROFILES.values()))
    weights = (*(rng.choice((0.0, 0.0, 0.1, 0.25, 0.4, -0.15)) for _ in FEATURES[:-1]), 0.05)
    limit = sum(abs(weight) for weight in weights)
    centre = rng.uniform(-0.2, 0.2) * limit
    half = rng.uniform(0.0, 0.4) * limit
    return Profile(
        name="user",
        features=rng.choice(("final", "legacy")),
        weights=weights,
        long_above=centre + half,
        short_below=centre - half,
        window_trades=rng.choice((1, 2, 5, 20, 100)),
        trigger=rng.choice(("edge", "edge", "level")),
        adapts=rng.random() < 0.5,
    )


def random_settings(seed_number: int, busy: bool = False) -> Settings:
    """`busy`: many contracts, no limits and quick exits, so that orders meet each other as often as can be."""
    rng = random.Random(f"settings {seed_number}")
    settings = _random_settings(rng)
    if not busy:
        return settings
    start, end, flat_by = rng.choice(HOURS[1:7])
    return replace(
        settings,
        min_time_between_signals_s=rng.choice((0.0, 0.1, 1.0)),
        max_signals_per_minute=1000,
        min_trade_duration_s=rng.choice((0.0, 0.05, 1.0)),
        cooldown_after_loss_s=0.0,
        max_daily_loss_usd=1e9,
        max_trades_per_day=100_000,
        max_consecutive_losses=100_000,
        require_pattern=False,
        contracts=rng.choice((3, 12, 40)),
        stop_ticks=rng.choice((2, 4, 8, 30)),
        target_ticks=rng.choice((1, 1, 2, 3, 8)),
        order_latency_ms=rng.choice((50.0, 50.0, 400.0)),
        entry_start=start,
        entry_end=end,
        flat_by=flat_by,
        roll_date=None,
    )


def _random_settings(rng: random.Random) -> Settings:
    start, end, flat_by = rng.choice(HOURS)
    return Settings(
        profile=random_profile(rng),
        instrument=rng.choice((ES, MES)),
        aggressor=rng.choice(("quote", "quote", "split")),
        min_calculation_interval_s=rng.choice((0.1, 0.1, 0.001, 0.0)),
        min_time_between_signals_s=rng.choice((20.0, 1.0, 0.1, 0.0)),
        max_signals_per_minute=rng.choice((3, 10, 1000)),
        min_trade_duration_s=rng.choice((120.0, 5.0, 0.05, 0.0)),
        cooldown_after_loss_s=rng.choice((300.0, 10.0, 0.0, 0.0, 0.0, 0.0)),
        max_daily_loss_usd=rng.choice((500.0, 50_000.0, 1e6, 1e6)),
        max_trades_per_day=rng.choice((20, 1000, 1000)),
        max_consecutive_losses=rng.choice((5, 2, 1000, 1000, 1000, 1000)),
        require_pattern=rng.random() < 0.1,
        contracts=rng.choice((1, 2, 5, 12, 40)),
        stop_ticks=rng.choice((8, 8, 3, 1, 30)),
        target_ticks=rng.choice((16, 8, 4, 1, 1)),
        order_latency_ms=rng.choice((50.0, 50.0, 50.0, 0.001, 1.0, 400.0, 5000.0)),
        commission_usd=rng.choice((None, 0.0, 2.25)),
        entry_start=start,
        entry_end=end,
        flat_by=flat_by,
        special_sessions={date.fromisoformat(day): close for day, close in SPECIAL_SESSIONS.items()},
        roll_date=rng.choice((None, None, None, date(2024, 3, 7), date(2024, 6, 14))),
        pattern_bar_trades=rng.choice((1, 2, 3, 5, 10, 100)),
        gamma_levels_ticks=rng.choice(((), (Fraction(19_000), Fraction(41_001, 2), Fraction(20_800)))),
    )
