"""Every refusal: one line that names source, key, value, what is allowed, and the key that was perhaps meant."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.config import load_config
from system.domain.errors import InputError

WINDOW = "maintenance=[{name='w', zone='UTC', start='01:00', end='02:00'"
PROFILE = "profiles.mine={weights={vwap_trend=0.5, momentum=-0.5}, "
TENTHS = "profiles.mine={weights={vwap_trend=0.1, momentum=-0.2}, "  # their binary fractions add up to more than 0.3


def refusal(*overrides: str, path: Path | None = None, **environ: str) -> str:
    with pytest.raises(InputError) as caught:
        load_config(path, overrides, environ)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("contracts=0", "contracts = 0: expected a whole number from 1 to 1000"),
        ("contracts=1.0", "contracts = 1.0: expected a whole number"),
        ("contracts=true", "contracts = true: expected a whole number"),
        ("contracts=two", 'contracts = "two": expected a whole number'),
        ("contracts=", 'contracts = "": expected a whole number'),
        ("stop_ticks=0", "stop_ticks = 0: expected a whole number from 1"),
        ("target_ticks=-4", "target_ticks = -4: expected a whole number from 1"),
        ("window_trades=0", 'window_trades = 0: expected a whole number from 1 to 100000, or "auto"'),
        ("window_trades=100001", "window_trades = 100001: expected"),
        ("max_signals_per_minute=0", "max_signals_per_minute = 0: expected"),
        ("max_signals_per_minute=1001", "max_signals_per_minute = 1001: expected"),
        ("roll_days=-1", "roll_days = -1: expected"),
        ("pattern_bar_trades=0", "pattern_bar_trades = 0: expected"),
        ("max_trades_per_day=0", "max_trades_per_day = 0: expected"),
        ("max_consecutive_losses=0", "max_consecutive_losses = 0: expected"),
        ("max_daily_loss_usd=0", "max_daily_loss_usd = 0: expected USD from 0.01"),
        ("max_daily_loss_usd=-500", "max_daily_loss_usd = -500: expected"),
        ("max_daily_loss_usd=10.005", "max_daily_loss_usd = 10.005: expected USD .* at most 2 decimal places"),
        ("commission_usd=2.255", "commission_usd = 2.255: expected USD .* at most 2 decimal places"),
        ("commission_usd=-1", "commission_usd = -1: expected"),
        ("commission_usd=inf", "commission_usd = inf: expected"),
        ("order_latency_ms=0", "order_latency_ms = 0: expected milliseconds from 0.001"),
        ("order_latency_ms=0.0005", "order_latency_ms = 0.0005: expected milliseconds from 0.001"),
        ("order_latency_ms=nan", "order_latency_ms = nan: expected"),
        ("order_latency_ms=1e400", "order_latency_ms = 1.*: expected"),
        ("min_calculation_interval_s=-0.1", "min_calculation_interval_s = -0.1: expected seconds from 0"),
        ("min_calculation_interval_s=0.0000000001", "min_calculation_interval_s = .*: expected .* 9 decimal places"),
        ("min_time_between_signals_s=soon", 'min_time_between_signals_s = "soon": expected seconds'),
        ("min_trade_duration_s=86401", "min_trade_duration_s = 86401: expected"),
        ("cooldown_after_loss_s=-inf", "cooldown_after_loss_s = -inf: expected"),
        ("entry_start=9:35", 'entry_start = "9:35": expected a New York time of day'),
        ("entry_end=24:01", 'entry_end = "24:01": expected a New York time of day'),
        ("flat_by=15:60", 'flat_by = "15:60": expected a New York time of day'),
        ("flat_by=15:55:00.5", "flat_by = 15:55:00.500000: expected a New York time of day"),
        ("flat_by=57300", "flat_by = 57300: expected a New York time of day"),
        ("require_pattern=1", "require_pattern = 1: expected true or false"),
        ("require_pattern=yes", 'require_pattern = "yes": expected true or false'),
        ("aggressor=quotes", 'aggressor = "quotes": expected one of "quote", "split"; did you mean "quote"'),
        ("instrument=NQ", 'instrument = "NQ": expected one of "ES", "MES", or "auto"'),
        ("instrument=[]", r"instrument = \[\]: expected one of"),
        ("profile=fnal", 'profile = "fnal": expected one of .* did you mean "final"'),
        ("profile=3", "profile = 3: expected text"),
        ("account=1234", 'account = 1234: expected an account such as "DU1234567", or "" for any'),
        ("account='../DU1'", 'account = "../DU1": expected an account'),
        ("data_dir=", 'data_dir = "": expected a folder'),
        ("log_dir=3", "log_dir = 3: expected a folder"),
        ("gamma_levels=5000", "gamma_levels = 5000: expected a list"),
        ("gamma_levels=[5000, nan]", r"gamma_levels\[1\] = nan: expected points"),
        ("gamma_levels=[-5]", r"gamma_levels\[0\] = -5: expected points"),
        ("blackouts=[3]", r"blackouts\[0\] = 3: expected a table"),
        ("blackouts=[{start=2024-01-01T00:00:00Z}]", r"blackouts\[0\]: the key end is missing"),
        (
            "blackouts=[{start=2024-01-01, end=2024-01-02T00:00:00Z}]",
            r"blackouts\[0\]\.start = 2024-01-01: expected a date and",
        ),
        (
            "blackouts=[{start='2024-01-01T25:00', end=2024-01-02T00:00:00Z}]",
            r"blackouts\[0\]\.start = .*: expected a date and",
        ),
        ("blackouts=[{start=2024-01-02T00:00:00Z, end=2024-01-02T00:00:00Z}]", "an end that is later than the start"),
        ("blackouts=[{start=2024-03-10T02:30:00, end=2024-03-11T00:00:00}]", "skips or repeats this time"),
        ("blackouts=[{start=2024-11-03T01:30:00, end=2024-11-04T00:00:00}]", "skips or repeats this time"),
        ("blackouts=[{strat=2024-01-01T00:00:00Z}]", r'unknown key "blackouts\[0\].strat"; did you mean "start"'),
        ("link_tries=0", "link_tries = 0: expected a whole number from 1 to 1000"),
        ("link_pause_s=0.5", "link_pause_s = 0.5: expected seconds from 1 to 3600"),
        ("link_timeout_s=0", "link_timeout_s = 0: expected seconds from 1 to 600"),
        ("link_stable_s=soon", 'link_stable_s = "soon": expected seconds'),
        ("data_stall_s=4", "data_stall_s = 4: expected seconds from 5"),
        ("maintenance_margin_s=14401", "maintenance_margin_s = 14401: expected seconds from 0 to 14400"),
        ("maintenance=never", 'maintenance = "never": expected a list'),
        ("maintenance=[{name='w'}]", r"maintenance\[0\]: the key zone is missing"),
        (WINDOW + ", until=3}]", r'unknown key "maintenance\[0\].until"'),
        (WINDOW + ", zon=3}]", r'unknown key "maintenance\[0\].zon"; did you mean "zone"'),
        (WINDOW + ", days=['monday']}]", r'days\[0\] = "monday": expected one of "mon", .*did you mean "mon"'),
        (WINDOW + ", first_day='soon'}]", r'first_day = "soon": expected a date such as 2024-12-31'),
        (WINDOW + ", first_day=2024-02-01, last_day=2024-01-31}]", "expected a last day that is not before the first"),
        (WINDOW.replace("UTC", "America") + "}]", r'zone = "America": expected a time zone such as'),
        (WINDOW.replace("UTC", "America/Newyork") + "}]", r'zone = "America/Newyork": expected a time zone such as'),
        (WINDOW.replace("'UTC'", "3") + "}]", r"zone = 3: expected a time zone such as"),
        (WINDOW.replace("UTC", "../UTC") + "}]", r'zone = "\.\./UTC": expected a time zone such as'),
        (WINDOW.replace("01:00", "1:00") + "}]", r'start = "1:00": expected a time of day from "00:00"'),
        (WINDOW.replace("'w'", "' '") + "}]", r'name = " ": expected a name of 1 to 40 characters'),
        (WINDOW.replace("'w'", "3") + "}]", r"name = 3: expected a name of 1 to 40 characters"),
        ("closures=closed", 'closures = "closed": expected a table'),
        ("closures.2024-13-01=closed", "closures.2024-13-01: expected dates as keys"),
        ("closures.20241201=closed", "closures.20241201: expected dates as keys"),
        ("closures.2024-12-01=17:00", 'closures.2024-12-01 = "17:00": expected "closed", or the Chicago time'),
        ("closures.2024-12-01=close", 'closures.2024-12-01 = "close": expected "closed"'),
        ("profiles.mine=3", "profiles.mine = 3: expected a table"),
        ("profiles.mine.long_above=0.2", "profiles.mine: the key weights is missing"),
        ("profiles.mine.weights.vwap=1", 'profiles.mine.weights.vwap: expected one of .* did you mean "vwap_trend"'),
        ("profiles.mine.weigths.vwap=1", 'unknown key "profiles.mine.weigths"; did you mean "weights"'),
        (PROFILE + "long_above=0.1, short_below=0.1}", r"profiles\.mine.*0.1: expected thresholds that do not cross"),
        (
            PROFILE + "long_above=1.0, short_below=-0.1}",
            r"profiles\.mine.*long_above = 1.0: expected a threshold that can fire",
        ),
        (
            PROFILE + "long_above=0.1, short_below=-1}",
            r"profiles\.mine.*short_below = -1: expected a threshold that can fire",
        ),
        (
            TENTHS + "long_above=0.3, short_below=-0.1}",
            r"long_above = 0.3: expected a threshold that can fire: under 0.3",
        ),
        (TENTHS + "long_above=0.1, short_below=-0.3}", r"short_below = -0.3: expected .* can fire: over -0.3"),
        (PROFILE + "long_above=inf, short_below=-1}", r"profiles\.mine\.long_above = inf: expected a score"),
        (
            PROFILE + "long_above=0.1, short_below=-0.1, tigger='edge'}",
            'unknown key "profiles.mine.tigger"; .*"trigger"',
        ),
        (PROFILE + "long_above=0.1, short_below=-0.1, trigger='x'}", 'profiles.mine.trigger = "x": expected one of'),
        (PROFILE.replace("mine", "final") + "long_above=0.1, short_below=-0.1}", 'another name than "final"'),
        (PROFILE.replace("mine", "a b") + "long_above=0.1, short_below=-0.1}", "names of letters, digits"),
        ("contracs=2", 'unknown key "contracs"; did you mean "contracts"'),
        ("CONTRACTS=2", 'unknown key "CONTRACTS"; did you mean "contracts"'),
        ("zzz=2", 'unknown key "zzz"; "bn config show" lists the keys'),
        ("contracts.x=2", "contracts: expected a whole number"),
        ("contracts", "--set contracts: expected KEY=VALUE"),
        ("=2", "--set =2: expected KEY=VALUE"),
        ("a..b=2", "--set a..b=2: expected KEY=VALUE"),
        ("a.b.c.d.e=2", "--set a.b.c.d.e=2: expected KEY=VALUE"),
    ],
)
def test_a_wrong_value_is_refused_by_name(override: str, words: str) -> None:
    line = refusal(override)
    assert line.startswith("--set")
    assert re.search(words, line), line


@pytest.mark.parametrize(
    ("hours", "meet"),
    [
        ("entry_end=15:55", False),
        ("entry_end=15:55:01", True),
        ("entry_start=18:00 entry_end=15:55", False),  # wraps over midnight
        ("entry_start=17:59:59 entry_end=09:00", True),
        ("entry_start=00:00 entry_end=24:00", True),
        ("entry_start=00:00 entry_end=24:00 flat_by=24:00", False),
        ("entry_start=00:00 entry_end=24:00 flat_by=18:00", False),  # an empty span
        ("entry_start=16:00 entry_end=16:00", False),  # no entries at all
        ("flat_by=15:30", True),
        ("flat_by=20:00", True),  # from 20:00 over midnight to 18:00
        ("flat_by=20:00 entry_start=18:00 entry_end=20:00", False),
        ("flat_by=20:00 entry_start=18:00 entry_end=20:01", True),
        ("flat_by=00:00", True),
        ("entry_start=24:00 entry_end=09:00", False),
    ],
)
def test_entry_hours_may_not_meet_the_flatten(hours: str, meet: bool) -> None:
    if meet:
        assert "that do not meet" in refusal(*hours.split())
    else:
        load_config(None, hours.split(), {})


def test_hours_that_meet_are_told_at_the_key_that_the_user_set() -> None:
    assert refusal("entry_end=16:00").startswith('--set: entry_end = "16:00": expected entry hours (09:35 to 16:00)')
    assert refusal(BN_FLAT_BY="12:00").startswith('BN_FLAT_BY: flat_by = "12:00": expected entry hours')


def test_the_source_is_named(tmp_path: Path) -> None:
    path = tmp_path / "my bn.toml"
    path.write_text("contracts = 0\n")
    assert refusal(path=path).startswith(f"{path}: contracts = 0: ")
    assert refusal(path=path, BN_CONTRACTS="-1").startswith("BN_CONTRACTS: contracts = -1: ")
    assert refusal(BN_CONTRACS="1") == 'BN_CONTRACS: unknown key "contracs"; did you mean "contracts"?'


def test_several_errors_are_counted() -> None:
    assert refusal("contracts=0", "stop_ticks=0").endswith("(and 1 more error)")
    assert refusal("contracts=0", "stop_ticks=0", "target_ticks=0").endswith("(and 2 more errors)")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"contracts = \n", "not valid TOML: .*line 1"),
        (b"contracts = 1\n[closures\n", "not valid TOML: .*line 2"),
        (b"contracts = 1\ncontracts = 2\n", "not valid TOML: .*line 2"),
        (b"x = '''\n\n", "not valid TOML: .*line 3, the end"),
        (b"contracts = 1\n\xff\n", "not UTF-8 text, at byte 14"),
        (b"x = " + b"[" * 20_000, "not valid TOML: "),
        (b"x = " + b"1" * 9_000, "not valid TOML: "),
        (b"x = 1e99999999999999999999", "not valid TOML: "),
        (b"x" + b".x" * 2_000 + b" = 1", 'unknown key "x"'),
        (b"\x00", "not valid TOML: "),
    ],
)
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bn.toml"
    path.write_bytes(content)
    line = refusal(path=path)
    assert line.startswith(f"{path}: ")
    assert re.search(words, line), line


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(path=tmp_path / "none.toml").endswith("none.toml: cannot be read: No such file or directory")
    assert refusal(path=tmp_path).endswith("cannot be read: Is a directory")


def test_a_file_without_end_is_refused() -> None:
    assert refusal(path=Path("/dev/zero")) == "/dev/zero: more than 1048576 bytes; expected a TOML file"


def test_a_long_value_is_cut() -> None:
    assert len(refusal("contracts=" + "9" * 4000)) < 200
    assert len(refusal("aggressor=" + "x" * 100_000)) < 200


def outcome(overrides: list[str], environ: dict[str, str]) -> str:
    try:
        load_config(None, overrides, environ)
    except InputError as error:
        return str(error)
    return ""


@given(
    st.text(), st.sampled_from(["contracts", "profile", "closures", "profiles.a", "gamma_levels", "entry_start", ""])
)
def test_rubbish_gives_one_line_or_a_configuration(text: str, key: str) -> None:
    assert outcome([f"{key}={text}"], {}).isprintable()
    assert outcome([text], {"BN_" + key: text}).isprintable()
