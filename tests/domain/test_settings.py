"""METHOD.md's constants, as written there: the built-in profiles, the defaults, the exit statuses."""

import math

from system.domain.errors import BnError, HaltedError, InputError, LinkGaveUpError, RefusedError
from system.domain.profile import ADAPTIVE, FEATURES, FINAL, LEGACY, PROFILES
from system.domain.settings import Blackout, Settings


def test_the_profiles_are_the_table_of_section_4() -> None:
    assert list(PROFILES) == ["final", "adaptive", "legacy"]
    assert FINAL.weights == (0.40, 0.40, 0.15, 0.03, 0.02, 0, 0, 0)
    assert ADAPTIVE.weights == FINAL.weights
    assert LEGACY.weights == (0.20, 0.25, 0.20, 0.15, 0.10, 0.10, 0, 0)
    thresholds = [(each.long_above, each.short_below, each.window_trades) for each in PROFILES.values()]
    assert thresholds == [(0.18, -0.12, 100), (0.18, -0.12, 100), (0.35, -0.35, 1)]
    assert [(each.features, each.trigger, each.adapts) for each in PROFILES.values()] == [
        ("final", "edge", False),
        ("final", "edge", True),
        ("legacy", "level", False),
    ]


def test_the_weights_of_a_built_in_profile_add_up_to_one() -> None:
    for profile in PROFILES.values():
        assert len(profile.weights) == len(FEATURES)
        assert math.isclose(math.fsum(profile.weights), 1.0)


def test_the_defaults_are_those_of_sections_4_to_8() -> None:
    settings = Settings()
    assert settings.min_calculation_interval_ns == 100_000_000
    assert settings.min_time_between_signals_ns == 20_000_000_000
    assert (settings.entry_start_s, settings.entry_end_s, settings.flat_by_s) == (34_500, 56_700, 57_300)
    assert settings.min_trade_duration_ns == 120_000_000_000
    assert settings.cooldown_after_loss_ns == 300_000_000_000
    assert (settings.max_signals_per_minute, settings.max_trades_per_day, settings.max_consecutive_losses) == (3, 20, 5)
    assert (settings.contracts, settings.stop_ticks, settings.target_ticks) == (1, 8, 16)
    assert (settings.max_daily_loss_cents, settings.commission_cents) == (50_000, 225)
    assert settings.order_latency_ns == 50_000_000
    assert (settings.roll_days, settings.pattern_bar_trades) == (8, 100)
    assert (settings.blackouts, dict(settings.closures), settings.gamma_levels_ticks) == ((), {}, ())
    assert Settings(blackouts=(Blackout(start_ns=1, end_ns=2),)) != settings


def test_each_kind_of_error_has_its_exit_status() -> None:
    kinds = [BnError, InputError, LinkGaveUpError, HaltedError, RefusedError]
    assert [kind.status for kind in kinds] == [1, 2, 3, 4, 5]
