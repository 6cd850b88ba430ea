"""Fitting gives back what tapes were made with, says what it could not see, and writes a file that is read back."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.flow.events import ScriptedEvent
from simulator.flow.fit import LEVERS, fit
from simulator.flow.flow_text import flow_text
from simulator.flow.load import load_flow
from simulator.flow.meter import MINUTE_NS, Meter, figures
from simulator.flow.parameters import FIELDS, PRESETS, Flow, Parameters
from simulator.flow.sessions import sessions
from system.cli.fit import fit_tapes
from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import GAP, QUOTE, TRADE, Batch, batch_of
from system.storage.tape import TapeMeta, TapeWriter
from tests.storage.recordings import quotes
from tests.storage.test_tape_cli import bn, complaint

jit = pytest.mark.jit  # whole hours take a while in plain Python
OPEN_NS = 1_710_712_800 * 1_000_000_000  # 2024-03-17 18:00 New York
# By how much a fit to two whole days may miss: a share of the parameter (less 1 for spreads), or absolutely for shares.
# A day's activity and queues differ from the next day's by regimes, and so do the days that a fit simulates.
MISSES = {
    "prints_per_session": 0.15,
    "minute_std_ticks": 0.26,
    "night_std_share": 0.32,
    "best_size": 0.15,
    "night_size_share": 0.20,
    "spread_ticks": 0.15,
    "night_spread_ticks": 0.20,
    "trade_tail": 0.10,
    "wish_share": 0.15,
}
SHARES = {"single_trade_share": 0.01, "split_share": 0.04}


def first(minutes: int, seed: int = 1) -> Batch:
    """The first minutes of a session."""
    batch = next(sessions(seed=seed, count=1, batch_events=100_000))
    short = batch[batch["ts_ns"] < OPEN_NS + minutes * MINUTE_NS]
    assert len(short) < len(batch)
    return short


def tape(path: Path, batch: Batch, month: str = "2024-06") -> Path:
    meta = TapeMeta(symbol="ES", contract_month=ContractMonth.parse(month), source="test")
    with TapeWriter(path, meta) as out:
        out.write(batch)
    return path


@jit
def test_a_fit_to_two_days_gives_back_what_they_were_made_with() -> None:
    """Of a market that is not the one that a fit begins with."""
    parameters = Parameters(prints_per_session=60_000, best_size=60, minute_std_ticks=9, single_trade_share=0.5)
    meter = Meter()
    for batch in sessions(seed=3, count=2, flow=Flow(parameters=replace(parameters, day_volatility=0.0))):
        meter.add(batch)
    fitted = fit(meter).flow.parameters
    missed = {}
    for lever in LEVERS:
        true, got = (getattr(each, lever.parameter) - lever.base for each in (parameters, fitted))
        allowed = SHARES.get(lever.parameter) or MISSES[lever.parameter] * true
        if abs(got - true) > allowed:
            missed[lever.parameter] = (true, got)
    assert missed == {}
    made, found = (np.array(each.half_hours) / sum(each.half_hours) for each in (parameters, fitted))
    assert np.abs(found - made).max() < 0.035  # regimes make a half hour of two days busier or quieter by a quarter
    assert np.corrcoef(made, found)[0, 1] > 0.95


@jit
def test_an_hour_of_the_evening_sets_what_it_shows_and_keeps_the_rest(tmp_path: Path) -> None:
    source = tape(tmp_path / "a.parquet", first(60))
    done = bn(tmp_path, "tape", "fit", "a.parquet", "-o", "flow.toml", "--json")
    shown = json.loads(done.stdout)
    assert (done.returncode, shown["sessions"], shown["hours"]) == (0, ["2024-03-18"], pytest.approx(1, abs=0.01))
    assert set(shown["measured"]) | set(shown["kept"]) == set(FIELDS)
    assert shown["measured"]["half_hours"]["what"] == "measured: 2 of 46 half hours, the others as usual"
    for name, what in (
        ("minute_std_ticks", "0 minutes of RTH with quotes"),
        ("best_size", "0 s of RTH with quotes"),
        ("day_volatility", "0 sessions of 4 hours, 10 are needed"),
    ):
        assert shown["kept"][name] == f"kept: too little data: {what}"
        assert f"bn: {name} kept: too little data: {what}\n" in done.stderr
    text = (tmp_path / "flow.toml").read_text()
    assert "# tape: a.parquet\n# market: ES 2024-06\n# sessions: 1, 2024-03-18 to 2024-03-18; 1.0 hours" in text
    assert "\n# best_size = 25  # kept: too little data" in text
    assert "\nsingle_trade_share = 0." in text
    flow = load_flow(tmp_path / "flow.toml", None)
    assert flow.parameters.best_size == Parameters().best_size
    assert flow.parameters.night_size_share == shown["measured"]["night_size_share"]["value"]
    again = fit_tapes([source], tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_bytes() == (tmp_path / "flow.toml").read_bytes()
    assert again.fit.flow == flow


@jit
def test_prints_alone_at_whole_milliseconds_are_fitted_as_far_as_they_go() -> None:
    meter = Meter()
    batch = first(40)
    batch["ts_ns"] -= batch["ts_ns"] % 1_000_000
    meter.add(batch[batch["kind"] == TRADE])
    done = fit(meter)
    assert set(done.measured) == {"half_hours", "prints_per_session", "single_trade_share", "trade_tail"}
    assert done.kept["night_std_share"] == "kept: too little data: 0 minutes of the night with quotes"
    assert done.kept["wish_share"] == "kept: too little data: no quotes"
    assert done.kept["split_share"] == "kept: too little data: times are not finer than a millisecond"


@jit
def test_how_days_differ_is_measured_on_ten_sessions_or_more() -> None:
    meter = Meter()
    for batch in sessions(seed=2, count=12, flow=Flow(parameters=Parameters(prints_per_session=4000))):
        meter.add(batch)
    done = fit(meter)
    assert done.measured["day_volatility"] == "measured: 12 sessions"
    assert done.flow.parameters.day_volatility != Parameters().day_volatility
    assert abs(done.flow.parameters.day_volatility - 0.25) < 0.1


@jit
def test_too_little_is_one_line_and_exit_status_2(tmp_path: Path) -> None:
    tape(tmp_path / "a.parquet", first(10))
    done = bn(tmp_path, "tape", "fit", "a.parquet", "-o", "flow.toml")
    assert "a.parquet: too little to fit: 10 minutes with " in complaint(done)
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_a_tape_is_not_overwritten_by_what_is_fitted_to_it(tmp_path: Path) -> None:
    source = tape(tmp_path / "a.parquet", quotes(3))
    was = source.read_bytes()
    with pytest.raises(InputError, match=r"a\.parquet: is one of the sources"):
        fit_tapes([source], source)
    with pytest.raises(InputError, match="is a folder"):
        fit_tapes([source], tmp_path)
    assert source.read_bytes() == was


def rows(*events: tuple[float, int, int, int]) -> Batch:
    """Seconds since the open, kind, price of the bid or the print, size."""
    seconds, kind, price, size = (np.array(each) for each in zip(*events, strict=True))
    ts_ns = OPEN_NS + (seconds * 1e9).astype(np.int64)
    quoted = np.where(kind == QUOTE, size, 0)
    return batch_of(
        ts_ns=ts_ns,
        kind=kind,
        bid_ticks=price,
        ask_ticks=price + 1,
        bid_size=quoted,
        ask_size=quoted,
        price_ticks=price,
        size=np.where(kind == TRADE, size, 0),
    )


@pytest.mark.parametrize(
    ("months", "out", "expected"),
    [
        (("2024-06", "2024-09"), "flow.toml", "tapes of ES 2024-06 and of ES 2024-09; expected one contract"),
        (("2024-06",), "no/such/flow.toml", "no such folder: "),
        (("2024-06",), "flow.toml", "too little to fit: 5 minutes with 1 prints; expected 20 minutes and 200 prints"),
    ],
)
def test_tapes_that_do_not_do_are_refused(tmp_path: Path, months: tuple[str, ...], out: str, expected: str) -> None:
    tapes = []
    for number, month in enumerate(months):
        batch = rows((0, QUOTE, 10, 3), (1, TRADE, 10, 1), (300, QUOTE, 10, 4))
        batch["ts_ns"] += number * 1000 * 1_000_000_000
        tapes.append(tape(tmp_path / f"{number}.parquet", batch, month))
    with pytest.raises(InputError, match=expected):
        fit_tapes(tapes, tmp_path / out)
    assert not (tmp_path / "flow.toml").exists()


def test_figures_are_those_of_the_covered_minutes() -> None:
    """Two minutes, silence for twenty, and a minute after it: the silence counts nowhere."""
    meter = Meter()
    meter.add(
        rows(
            *((0, QUOTE, 10, 4), (30, TRADE, 10, 1), (30, QUOTE, 10, 8), (90, QUOTE, 12, 8), (120, QUOTE, 12, 8)),
            *((1320, QUOTE, 20, 2), (1350.0002, TRADE, 20, 5), (1350.0004, TRADE, 20, 2), (1380, QUOTE, 20, 2)),
        )
    )
    shown = figures(meter.sums)
    assert meter.sums["seconds"].sum() == 180
    assert shown["prints"] == 3 * 3600 / 180
    assert shown["single"] == 1 / 3
    assert shown["size"] == 8 / 3
    assert shown["near"] == 1 / 2
    assert shown["night_queue"] == pytest.approx((30 * 4 + 90 * 8 + 60 * 2) / 180)
    assert shown["night_std"] == 2  # from the first minute's end to the second one's; the first has no start
    assert shown["updates"] == 3 / 3
    assert not any(name.startswith("rth") for name in shown)


@pytest.mark.parametrize("cut", [1, 7, 500])
def test_the_cut_into_batches_does_not_change_a_measure(cut: int) -> None:
    batch = next(sessions(seed=5, count=1, batch_events=3000))
    batch["kind"][1500] = GAP
    whole, parts = Meter(), Meter()
    whole.add(batch)
    for start in range(0, len(batch), cut):
        parts.add(batch[start : start + cut])
    for name, values in whole.sums.items():
        np.testing.assert_allclose(parts.sums[name], values, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_flow_is_read_back_from_its_text(tmp_path: Path, name: str) -> None:
    events = (
        ScriptedEvent(kind="news", at=870, minutes=20, ticks=12.5, side="up", session=None),
        ScriptedEvent(kind="flash-crash", at=0, minutes=7, ticks=100, side="either", session=3),
    )
    path = tmp_path / "flow.toml"
    for flow in (Flow(parameters=PRESETS[name]), Flow(parameters=PRESETS[name], events=events)):
        path.write_text(flow_text(flow, "two\nlines", {"best_size": 'a note\nwith "quotes"'}))
        assert load_flow(path, None) == flow


def test_what_is_kept_is_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "flow.toml"
    path.write_text(flow_text(Flow(parameters=Parameters(best_size=40)), kept={"reaction": "kept: not measured"}))
    assert f"\n# reaction = {FIELDS['reaction'].default:g}  # kept: not measured\n" in path.read_text()
    assert load_flow(path, "calm").parameters.best_size == 40
