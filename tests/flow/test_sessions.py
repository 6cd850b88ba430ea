"""The synthetic tape: the same for a seed however it is cut or computed, valid throughout, and fair to both sides."""

import hashlib
import itertools
import os
import subprocess
import sys
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest

from simulator.flow.parameters import Flow, Parameters
from simulator.flow.sessions import FIRST_DAY, OPEN_GAP_TICKS, OPEN_TICKS, sessions, trading_days
from system.domain.instrument import front_month
from system.domain.session import Calendar
from system.domain.ticks import EVENT, QUOTE, TRADE, Batch

ROOT = Path(__file__).resolve().parents[2]
HOUR_NS = 3_600_000_000_000
THIN = Flow(parameters=Parameters(prints_per_session=20_000))  # a sixteenth of a usual day, for speed
whole = pytest.mark.jit  # whole sessions take a minute each in plain Python


@cache
def made(seed: int, count: int = 1, first_day: date = FIRST_DAY) -> Batch:
    return np.concatenate(list(sessions(seed=seed, count=count, first_day=first_day, flow=THIN)))


def by_session(batch: Batch) -> list[Batch]:
    return [batch[part.start : part.stop] for part in Calendar().segments(batch["ts_ns"])]


def begin(seed: int, events: int, batch_events: int) -> Batch:
    """The first events of a seed."""
    batches = sessions(seed=seed, count=1, batch_events=batch_events)
    return np.concatenate(list(itertools.islice(batches, -(-events // batch_events))))[:events]


def digest(batch: Batch) -> str:
    """Of the values: a structured array's padding may hold anything."""
    return hashlib.sha256(b"".join(batch[name].tobytes() for name in EVENT.names or ())).hexdigest()


@pytest.mark.parametrize("batch_events", [1, 2, 7, 1000])
def test_the_cut_into_batches_changes_nothing(batch_events: int) -> None:
    assert digest(begin(5, 3000, batch_events)) == digest(begin(5, 3000, 3000))


@whole
def test_batches_are_full_and_a_session_ends_where_it_ends() -> None:
    batches = list(sessions(seed=1, count=2, flow=THIN, batch_events=50_000))
    assert len(batches) > 4
    assert [len(batch) for batch in batches[:-1]] == [50_000] * (len(batches) - 1)
    assert 0 < len(batches[-1]) <= 50_000
    assert digest(np.concatenate(batches)) == digest(made(1, 2))
    with_last_batch_full = list(sessions(seed=1, count=1, flow=THIN, batch_events=len(made(1))))
    assert [len(batch) for batch in with_last_batch_full] == [len(made(1))]


def test_another_process_in_plain_python_makes_the_same_events() -> None:
    """Compiled here, not there, or plain in both where the JIT is off for all tests."""
    script = "from tests.flow.test_sessions import *; import sys; sys.stdout.write(digest(begin(8, 4000, 512)))"
    for jit_off in ("1", "0"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": jit_off, "PYTHONHASHSEED": jit_off},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert (done.stdout, done.stderr) == (digest(begin(8, 4000, 4000)), "")


def test_the_events_of_a_seed_stay_what_they_are() -> None:
    """On every machine and version; when the flow changes on purpose, so does this."""
    assert digest(begin(1, 2000, 2000)) == "d29ef903462f953f2a838f0047914e2ee2b02de902f7f509611daab3a1754587"


@whole
def test_a_session_does_not_depend_on_those_before_it() -> None:
    three = by_session(made(2, 3))
    assert len(three) == 3
    assert [digest(part) for part in by_session(made(2, 2))] == [digest(part) for part in three[:2]]
    day_later = by_session(made(2, 2, date(2024, 3, 19)))[1]  # the same index on another day: the same but for the date
    moved = day_later.copy()
    moved["ts_ns"] -= 24 * HOUR_NS
    assert digest(moved) == digest(three[1])
    assert digest(three[0]) != digest(three[1])
    assert digest(made(3)) != digest(three[0])


def check_session(batch: Batch, open_ns: int, close_ns: int) -> None:
    """Every rule of a tape's events, and the synthetic tape's own."""
    kind, ts_ns = batch["kind"], batch["ts_ns"]
    assert set(np.unique(kind)) == {QUOTE, TRADE}
    assert kind[0] == QUOTE
    assert ts_ns[0] == open_ns
    assert (np.diff(ts_ns) >= 0).all()
    assert close_ns - 300_000_000_000 < ts_ns[-1] < close_ns
    assert set(np.unique(batch["ask_ticks"] - batch["bid_ticks"])) == {1, 2}
    assert (batch["bid_size"] > 0).all()
    assert (batch["ask_size"] > 0).all()
    assert abs(int(batch["bid_ticks"][0]) - OPEN_TICKS) <= OPEN_GAP_TICKS
    assert (batch["seed_size"] == 0).all()
    trades = batch[kind == TRADE]
    touch = np.where(trades["side"] > 0, trades["ask_ticks"], trades["bid_ticks"])
    shown = np.where(trades["side"] > 0, trades["ask_size"], trades["bid_size"])
    assert set(np.unique(trades["side"])) == {-1, 1}
    assert (trades["price_ticks"] == touch).all()
    assert (trades["size"] > 0).all()
    assert (trades["size"] <= shown).all()
    check_quotes_around_trades(batch)


def check_quotes_around_trades(batch: Batch) -> None:
    """A trade carries the quote before it, and the quote after it, of the same time, shows what the trade left."""
    quote = ["bid_ticks", "ask_ticks", "bid_size", "ask_size"]
    where = np.flatnonzero(batch["kind"] == TRADE)
    before, trades, after = batch[where - 1], batch[where], batch[where + 1]
    assert (before[quote] == trades[quote]).all()
    assert (after["kind"] == QUOTE).all()
    assert (after["ts_ns"] == trades["ts_ns"]).all()
    for side, sign in (("bid", -1), ("ask", 1)):
        hit = trades["side"] == sign
        left = trades[f"{side}_size"][hit] - trades["size"][hit]
        stays = after[f"{side}_ticks"][hit] == trades[f"{side}_ticks"][hit]
        assert (stays == (left > 0)).all()
        assert (after[f"{side}_size"][hit] == left)[stays].all()


@whole
@pytest.mark.parametrize(
    ("first_day", "days"),
    [
        (date(2024, 3, 7), ["2024-03-07", "2024-03-08", "2024-03-11", "2024-03-12"]),  # summer time from the 10th on
        (date(2024, 11, 1), ["2024-11-01", "2024-11-04"]),  # and winter time from the 3rd on
        (date(2024, 3, 28), ["2024-03-28", "2024-03-29", "2024-04-01"]),  # Good Friday until 08:15
        (date(2024, 12, 24), ["2024-12-24", "2024-12-26"]),  # a half day, and Christmas
        (date(2024, 11, 27), ["2024-11-27", "2024-11-28", "2024-11-29"]),  # Thanksgiving
    ],
)
def test_every_event_is_valid_and_in_its_sessions_hours(first_day: date, days: list[str]) -> None:
    calendar = Calendar()
    batch = made(4, len(days), first_day)
    parts = list(calendar.segments(batch["ts_ns"]))
    assert [str(part.session.day) for part in parts] == days
    assert not any(part.in_break for part in parts)
    for part in parts:
        midnight = datetime.combine(part.session.day, datetime.min.time(), ZoneInfo("America/Chicago"))
        close_s = calendar.close_s(part.session.day)
        assert close_s is not None
        close_ns = (int(midnight.timestamp()) + close_s) * 1_000_000_000
        check_session(batch[part.start : part.stop], part.session.open_ns, close_ns)


def test_the_first_day_is_a_monday_of_the_june_contract() -> None:
    assert trading_days(None, 2) == [FIRST_DAY, date(2024, 3, 19)]
    assert FIRST_DAY.weekday() == 0
    assert str(front_month(FIRST_DAY, 8)) == "2024-06"


@pytest.mark.parametrize("first_day", [date(1997, 12, 31), date(2040, 12, 31), date.max])
def test_the_calendar_ends(first_day: date) -> None:
    with pytest.raises(ValueError, match="1998 to 2040"):
        sessions(seed=1, count=2, first_day=first_day)


def half_hours(batch: Batch) -> npt.NDArray[np.float64]:
    """Shares of the volume by half hour since the open."""
    trades = batch[batch["kind"] == TRADE]
    slots = (trades["ts_ns"] - batch["ts_ns"][0]) // (HOUR_NS // 2)
    volume = np.bincount(slots, trades["size"], minlength=46)
    shares: npt.NDArray[np.float64] = volume / volume.sum()
    return shares


@whole
def test_the_day_has_the_shape_of_a_trading_day() -> None:
    curve = np.mean([half_hours(made(seed)) for seed in range(1, 9)], axis=0)
    morning, noon, close, night = curve[31], curve[36:40].mean(), curve[43], curve[2:17].mean()  # 09:30 is 15.5 h in
    assert 0.08 < morning < 0.15
    assert 0.06 < close < 0.12
    assert noon < 0.6 * morning
    assert noon < 0.8 * close
    assert night < 0.012
    assert 0.68 < curve[31:44].sum() < 0.85


def t_value(differences: list[float]) -> float:
    return float(np.mean(differences) / (np.std(differences, ddof=1) / np.sqrt(len(differences))))


@whole
def test_up_and_down_are_alike() -> None:
    """Over 50 seeds no figure that changes sign in the mirror differs from 0 by more than 4 standard errors."""
    figures: dict[str, list[float]] = {"net": [], "start": [], "buys": [], "sizes": [], "skew": [], "centre": []}
    for seed in range(100, 150):
        batch = np.concatenate(list(sessions(seed=seed, count=1, flow=THIN)))
        middle = (batch["bid_ticks"] + batch["ask_ticks"]).astype(float)
        minutes = np.diff(middle[:: len(middle) // 1000])
        figures["start"].append(float(middle[0]) - (2 * OPEN_TICKS + 1))
        figures["net"].append(float(middle[-1] - middle[0]))
        figures["buys"].append(float(np.mean(batch["side"])))
        figures["sizes"].append(float(np.mean(batch["bid_size"]) - np.mean(batch["ask_size"])))
        figures["skew"].append(float(np.mean(minutes**3)))
        figures["centre"].append(float(np.mean(middle) - middle[0]))
    assert {name: value for name, values in figures.items() if abs(value := t_value(values)) > 4} == {}
    assert 0.2 < np.mean(np.array(figures["net"]) > 0) < 0.8
