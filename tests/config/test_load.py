"""Where values come from, who is stronger, and that `show` loads back to the same configuration."""

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.config import Config, load, load_config
from system.config.model import BlackoutWindow, MaintenanceWindow, UserProfile
from system.config.show import schema, show
from system.domain.errors import InputError
from system.domain.instrument import ES, MES
from system.domain.profile import FEATURES, FINAL, LEGACY, PROFILES
from system.domain.settings import Blackout, Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "ops" / "config.example.toml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bn.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_are_those_of_the_decision_core() -> None:
    assert load_config(None, [], {}).settings() == Settings()


def test_each_profile_and_instrument_gives_its_settings() -> None:
    config = load_config(None, [], {})
    assert config.settings("legacy", "MES").profile == LEGACY
    assert config.settings("legacy", "MES").instrument == MES
    assert config.settings("final", "MES").commission_cents == 62
    assert load_config(None, ["instrument=ES"], {}).settings(None, "MES").instrument == ES


def test_an_unknown_profile_or_symbol_is_refused() -> None:
    with pytest.raises(InputError, match=r'profile "finale": expected one of .*did you mean "final"'):
        Config().settings("finale", "ES")
    with pytest.raises(InputError, match='symbol "NQ": expected one of "ES", "MES"'):
        Config().settings(None, "NQ")


def test_set_is_stronger_than_the_environment_and_that_than_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "contracts = 2\nstop_ticks = 3\ntarget_ticks = 4\n")
    loaded = load(path, ["contracts=7", "contracts=8"], {"BN_CONTRACTS": "5", "BN_STOP_TICKS": "6"})
    config = loaded.config
    assert (config.contracts, config.stop_ticks, config.target_ticks) == (8, 6, 4)
    assert loaded.origins == {
        ("contracts",): "--set",
        ("stop_ticks",): "BN_STOP_TICKS",
        ("target_ticks",): str(path),
    }


def test_tables_merge_by_key_across_sources(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[closures]\n2024-07-03 = "12:15"\n[profiles.mine]\nlong_above=0.2\nshort_below=-0.2\n'
        "[profiles.mine.weights]\nvwap_trend=0.5\n",
    )
    environ = {"BN_CLOSURES": '{2024-07-04 = "closed"}'}
    config = load_config(
        path, ["profiles.mine.weights.momentum=0.5", "profile=mine", "closures.2024-07-03=12:00"], environ
    )
    assert config.closures == {date(2024, 7, 3): 43_200, date(2024, 7, 4): None}
    assert config.settings().profile.weights == (0.5, 0, 0, 0, 0, 0, 0.5, 0)
    assert config.settings().closures == config.closures


def test_auto_takes_back_what_a_weaker_source_set(tmp_path: Path) -> None:
    path = written(tmp_path, "window_trades = 50\ncommission_usd = 1.1\n")
    assert load_config(path, [], {}).settings().profile.window_trades == 50
    assert load_config(path, [], {}).settings().commission_cents == 110
    config = load_config(path, ["window_trades=auto", "commission_usd=auto"], {})
    assert config.settings() == Settings()


def test_variables_of_others_and_empty_ones_are_left_alone() -> None:
    environ = {
        "BN_TEST_HYPOTHESIS": "ci",
        "BN_CHAOS_SEED": "3",
        "BN_CONTRACTS": "",
        "PATH": "/bin",
        "XBN_CONTRACTS": "9",
    }
    assert load_config(None, [], environ) == Config()


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("entry_start=09:40", "entry_start", 34_800),
        ("entry_start=09:40:30", "entry_start", 34_830),
        ('entry_start="09:40"', "entry_start", 34_800),
        ("flat_by=24:00", "flat_by", 86_400),
        ("flat_by=24:00:00", "flat_by", 86_400),
        (" contracts = 3 ", "contracts", 3),
        ("aggressor=split", "aggressor", "split"),
        ("require_pattern=true", "require_pattern", True),
        ("gamma_levels=[5000, 5000.25]", "gamma_levels", (Decimal(5000), Decimal("5000.25"))),
        ("instrument=MES", "instrument", "MES"),
    ],
)
def test_set_takes_toml_values_and_bare_text(override: str, key: str, value: object) -> None:
    assert getattr(load_config(None, [override], {}), key) == value


def test_units_are_converted_exactly() -> None:
    overrides = ["min_calculation_interval_s=0.123456789", "order_latency_ms=0.001", "max_daily_loss_usd=1234.56"]
    settings = load_config(None, [*overrides, "commission_usd=0.07", "gamma_levels=[5000.1]"], {}).settings()
    assert settings.min_calculation_interval_ns == 123_456_789
    assert settings.order_latency_ns == 1_000
    assert settings.max_daily_loss_cents == 123_456
    assert settings.commission_cents == 7
    assert settings.gamma_levels_ticks == (20_000.4,)


def test_blackouts_without_an_offset_are_new_york_time(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "[[blackouts]]\nstart = 2024-03-20T13:55:00\nend = 2024-03-20T14:45:00\n"
        '[[blackouts]]\nstart = 2024-01-31T19:00:00Z\nend = "2024-01-31T14:30:00-05:00"\n',
    )
    spring = int(datetime(2024, 3, 20, 17, 55, tzinfo=UTC).timestamp()) * 10**9
    winter = int(datetime(2024, 1, 31, 19, 0, tzinfo=UTC).timestamp()) * 10**9
    assert load_config(path, [], {}).settings().blackouts == (
        Blackout(start_ns=spring, end_ns=spring + 50 * 60 * 10**9),
        Blackout(start_ns=winter, end_ns=winter + 30 * 60 * 10**9),
    )


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bn.toml"
    path.write_bytes(b"\xef\xbb\xbfcontracts = 2\r\n")
    assert load_config(path, [], {}).contracts == 2


def test_the_example_holds_each_key_with_its_default() -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert set(table) == set(Config.model_fields)
    assert load_config(EXAMPLE, [], {}) == Config()


def test_what_the_example_suggests_loads_too(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("blackouts = []", "")
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    marks = (
        "[",
        "start =",
        "end =",
        "20",
        "features =",
        "long_above",
        "short_below",
        "window_trades =",
        "trigger",
        "adapts",
        "name =",
        "zone =",
        "days =",
        "first_day =",
        "last_day =",
    )
    kept = [line for line in lines if line.startswith(marks) or line.split(" = ")[0] in FEATURES]
    config = load_config(written(tmp_path, "\n".join(kept)), [], {})
    assert len(config.blackouts) == 1
    assert config.maintenance[:2] == Config().maintenance[:2]
    assert config.maintenance[2].last_day == date(2030, 12, 31)
    assert len(config.closures) == 2
    assert config.profiles["calm"].weights["momentum"] == Decimal("0.2")


def test_the_schema_describes_every_key_and_its_default() -> None:
    described = json.loads(json.dumps(schema()))
    assert described["additionalProperties"] is False
    table = tomllib.loads(show(Config(), {}))
    for key in Config.model_fields:
        entry = described["properties"][key]
        assert entry["description"].endswith("."), key
        assert entry["default"] == table.get(key, {}), key


# Strategies for every key.
def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, allow_nan=False, allow_infinity=False, places=places)


years = st.integers(0, 200 * 365 * 86_400 * 10**6)
moments = years.map(lambda micros: datetime(1972, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))
windows = st.tuples(moments, st.timedeltas(timedelta(microseconds=1), timedelta(days=9))).map(
    lambda pair: BlackoutWindow(start=pair[0], end=pair[0] + pair[1])
)
clock = st.integers(0, 86_400).map(lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}")
maintenance = st.builds(
    MaintenanceWindow,
    name=st.text("abc \"'\\é", min_size=1, max_size=40).filter(str.strip),
    zone=st.sampled_from(["America/Chicago", "UTC", "Asia/Kolkata"]),
    days=st.lists(st.sampled_from(["mon", "sat"])),
    start=clock,
    end=clock,
    first_day=st.none() | st.dates(date(1990, 1, 1), date(2020, 1, 1)),
    last_day=st.none() | st.dates(date(2020, 1, 1), date(2100, 1, 1)),
)
profiles = st.builds(
    UserProfile,
    features=st.sampled_from(["final", "legacy"]),
    weights=st.dictionaries(st.sampled_from(FEATURES), decimals("0.1", "5", 3), min_size=1),
    long_above=decimals("0.001", "0.099", 3),
    short_below=decimals("-0.099", "0", 3),
    window_trades=st.integers(1, 100_000),
    trigger=st.sampled_from(["edge", "level"]),
    adapts=st.booleans(),
)
names = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True).filter(lambda name: name not in PROFILES)
times = st.integers(0, 86_400)
configs = st.builds(
    Config,
    instrument=st.sampled_from([None, "ES", "MES"]),
    aggressor=st.sampled_from(["quote", "split"]),
    min_calculation_interval_s=decimals("0", "3600", 9),
    max_signals_per_minute=st.integers(1, 1000),
    window_trades=st.none() | st.integers(1, 100_000),
    entry_start=times.map(lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"),
    flat_by=st.just("24:00"),
    max_daily_loss_usd=decimals("0.01", "10000", 2),
    require_pattern=st.booleans(),
    contracts=st.integers(1, 1000),
    commission_usd=st.none() | decimals("0", "1000", 2),
    order_latency_ms=decimals("0.001", "60000", 6),
    gamma_levels=st.lists(decimals("0.01", "1000000", 2), max_size=3),
    account=st.sampled_from(["", "DU1234567", "a_b-c"]),
    data_dir=st.text("abc \"'\\/é", min_size=1, max_size=40).filter(str.strip),
    log_dir=st.text("abc./é", min_size=1, max_size=40),
    link_tries=st.integers(1, 1000),
    link_pause_s=decimals("1", "3600", 3),
    maintenance=st.lists(maintenance, max_size=3),
    blackouts=st.lists(windows, max_size=3),
    closures=st.dictionaries(
        st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(["closed", "00:00", "12:15", "15:59:59", "16:00"])
    ),
    profiles=st.dictionaries(names, profiles, max_size=2),
)


@given(configs)
def test_show_loads_back_to_the_same(config: Config) -> None:
    text = show(config, {})
    table = tomllib.loads(text, parse_float=Decimal)
    assert Config.model_validate(table) == config


@given(configs, st.sampled_from(sorted(Config.model_fields)))
def test_show_names_the_source_of_each_value(config: Config, key: str) -> None:
    shown = show(config, {(key,): "somewhere"})
    table = tomllib.loads(shown)
    if table.get(key) not in ({}, None):
        assert "# somewhere" in shown


def test_a_profile_of_the_user_is_what_the_core_gets() -> None:
    text = "{features='legacy', weights={vwap_trend=0.25, regime_trend=-0.5}, long_above=0.5, short_below=-0.25, trigger='level'}"
    profile = load_config(None, [f"profiles.mine={text}"], {}).settings("mine").profile
    assert profile.weights == (0.25, 0, 0, 0, 0, 0, 0, -0.5)
    assert (profile.name, profile.features, profile.trigger, profile.adapts) == ("mine", "legacy", "level", False)
    assert (profile.long_above, profile.short_below, profile.window_trades) == (0.5, -0.25, FINAL.window_trades)
