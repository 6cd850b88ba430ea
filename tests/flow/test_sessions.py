"""The synthetic flow: reproducible, consistent at each instant, and alike between up and down."""

import os
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from simulator.flow.sessions import contract_month, days, sessions
from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.session import Calendar
from system.domain.ticks import QUOTE, TRADE, Batch
from tests.cli.test_sim import bn, complaints

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.jit


def tape(seed: int = 1, count: int = 1, batch_events: int = 131_072, first_day: date | None = None) -> Batch:
    return np.concatenate(list(sessions(seed=seed, count=count, batch_events=batch_events, first_day=first_day)))


@pytest.fixture(scope="module")
def session() -> Batch:
    return tape()


@pytest.mark.parametrize("batch_events", [3, 1009, 1_000_000])
def test_the_size_of_the_batches_changes_nothing(session: Batch, batch_events: int) -> None:
    batches = sessions(seed=1, count=1, batch_events=batch_events)
    events = 0
    for batch in batches:
        assert 0 < len(batch) <= batch_events
        assert batch.tobytes() == session[events : events + len(batch)].tobytes()
        events += len(batch)
        if batch_events == 3 and events > 20_000:
            return
    assert events == len(session)


def test_another_process_without_the_jit_makes_the_same_events(session: Batch) -> None:
    code = (
        "from simulator.flow.sessions import sessions; from hashlib import sha256; "
        "print(sha256(next(sessions(seed=1, count=1, batch_events=20_000)).tobytes()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
    plain = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    first = next(sessions(seed=1, count=1, batch_events=20_000))
    assert plain.stdout.strip() == sha256(first.tobytes()).hexdigest()


def test_a_session_does_not_depend_on_how_many_are_made(session: Batch) -> None:
    three = tape(count=3)
    assert three[: len(session)].tobytes() == session.tobytes()
    assert three["ts_ns"][len(session)] == Calendar().session(date(2024, 3, 19)).open_ns


def test_seeds_differ(session: Batch) -> None:
    assert tape(seed=2)[:1000].tobytes() != session[:1000].tobytes()


def test_each_event_is_consistent_with_the_quote_before_it(session: Batch) -> None:
    assert (session["bid_ticks"] < session["ask_ticks"]).all()
    assert (session["bid_size"] > 0).all()
    assert (session["ask_size"] > 0).all()
    assert (np.diff(session["ts_ns"]) >= 0).all()
    trades = np.flatnonzero(session["kind"] == TRADE)
    assert session["kind"][0] == QUOTE
    for name in ("bid_ticks", "ask_ticks", "bid_size", "ask_size"):
        assert (session[name][trades] == session[name][trades - 1]).all()
    bought = session["side"][trades] == 1
    touch = np.where(bought, session["ask_ticks"][trades], session["bid_ticks"][trades])
    shown = np.where(bought, session["ask_size"][trades], session["bid_size"][trades])
    assert (session["price_ticks"][trades] == touch).all()
    assert (session["size"][trades] <= shown).all()
    left = np.where(bought, session["ask_size"][trades + 1], session["bid_size"][trades + 1])
    whole = session["size"][trades] == shown
    assert (left[~whole] == (shown - session["size"][trades])[~whole]).all()


@pytest.mark.parametrize("first_day", [date(2024, 3, 11), date(2024, 11, 4)])
def test_no_event_lies_in_the_break_after_the_clocks_changed(first_day: date) -> None:
    for segment in Calendar().segments(tape(count=2, first_day=first_day)["ts_ns"]):
        assert not segment.in_break
        assert segment.session.regular


def test_half_days_and_holidays_are_left_out() -> None:
    assert days(3, date(2024, 11, 27)) == [date(2024, 11, 27), date(2024, 12, 2), date(2024, 12, 3)]
    with pytest.raises(InputError, match="2040"):
        days(10_000, date(2039, 1, 1))


def test_the_contract_month_is_told_unless_the_sessions_reach_over_a_roll() -> None:
    assert contract_month([date(2024, 3, 18), date(2024, 6, 12)]) == ContractMonth(2024, 6)
    assert contract_month([date(2024, 6, 12), date(2024, 6, 13)]) is None


def test_up_and_down_are_alike() -> None:
    """Over 24 sessions: the share of buys and of rises, and the mean drift, within 4 standard errors of even."""
    buys, rises, drifts = [], [], []
    for seed in range(24):
        batch = tape(seed=seed)
        trades = batch[batch["kind"] == TRADE]
        changes = np.diff(trades["price_ticks"])
        buys.append((trades["side"] == 1).mean() - 0.5)
        rises.append((changes > 0).sum() / (changes != 0).sum() - 0.5)
        drifts.append(float(trades["price_ticks"][-1] - trades["price_ticks"][0]))
    for sample in (buys, rises, drifts):
        assert abs(np.mean(sample)) < 4 * np.std(sample) / np.sqrt(len(sample))


def test_volume_follows_the_day(session: Batch) -> None:
    half_hour = (session["ts_ns"] - session["ts_ns"][0]) // 1_800_000_000_000
    volume = np.bincount(half_hour, weights=session["size"] * (session["kind"] == TRADE), minlength=46)
    share = volume / volume.sum()
    assert 0.08 < share[31] < 0.16  # 09:30
    assert share[31:44].sum() > 0.7
    assert share[43] > share[38]  # 15:30 over 13:00


def test_make_writes_a_tape_that_info_and_sim_read(tmp_path: Path) -> None:
    made = bn(tmp_path, "tape", "make", "-o", "t.parquet", "--seed", "4", "--start", "2024-03-20")
    assert (made.returncode, made.stderr) == (0, "")
    assert "2024-03-20, seed 4" in made.stdout
    for words in (("tape", "info", "t.parquet"), ("sim", "t.parquet", "--profile", "final")):
        done = bn(tmp_path, *words)
        assert (done.returncode, complaints(done.stderr)) == (0, "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-o", "t.parquet", "--sessions", "0"), "sessions"),
        (("-o", "t.parquet", "--start", "tomorrow"), "2024-03-18"),
        (("-o", "t.parquet", "--start", "1066-10-14"), "1998"),
        (("-o", "nowhere/t.parquet"), "nowhere"),
        ((), "--out"),
    ],
)
def test_bad_input_to_make_is_one_line(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    done = bn(tmp_path, "tape", "make", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert expected in done.stderr
    assert list(tmp_path.iterdir()) == []
