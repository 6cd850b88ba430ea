"""Presets differ as their names say, and scripted events can be seen on the tape."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from simulator.flow.events import KINDS, ScriptedEvent
from simulator.flow.parameters import PRESETS, Flow
from simulator.flow.sessions import sessions
from system.domain.ticks import GAP, QUOTE, TRADE, Batch

pytestmark = pytest.mark.jit  # whole sessions take minutes each in plain Python
MINUTE_NS = 60_000_000_000
RTH = (930, 1320)  # minutes after the open
NOON = 1080


def one(flow: Flow, seed: int = 1) -> Batch:
    return np.concatenate(list(sessions(seed=seed, count=1, flow=flow)))


@cache
def made(preset: str) -> Batch:
    return one(Flow(parameters=PRESETS[preset]))


def with_event(kind: str, **changes: float | str) -> Batch:
    has = KINDS[kind]
    event = {"at": NOON, "minutes": has.minutes, "ticks": has.ticks, "side": has.side, "session": None, **changes}
    flow = Flow(parameters=PRESETS["normal"], events=(ScriptedEvent(kind=kind, **event),))  # type: ignore[arg-type]
    return one(flow)


def minute(batch: Batch) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = (batch["ts_ns"] - batch["ts_ns"][0]) // MINUTE_NS
    return found


def between(batch: Batch, first: int, last: int) -> Batch:
    return batch[(minute(batch) >= first) & (minute(batch) < last)]


def minute_std(batch: Batch) -> float:
    """Deviation of a minute's move of the middle in RTH, ticks."""
    quotes = batch[(batch["kind"] == QUOTE) & (batch["bid_size"] > 0)]
    grid = quotes["ts_ns"][0] + np.arange(*RTH) * MINUTE_NS
    middle = (quotes["bid_ticks"] + quotes["ask_ticks"]) / 2
    return float(np.diff(middle[np.searchsorted(quotes["ts_ns"], grid) - 1]).std())


def mean_size(batch: Batch) -> float:
    rth = between(batch, *RTH)
    return float(rth["bid_size"][rth["kind"] == QUOTE].mean())


def test_calm_normal_and_volatile_days_are_what_they_are_called() -> None:
    calm, normal, volatile = (made(preset) for preset in ("calm", "normal", "volatile"))
    assert 1.5 < minute_std(calm) < 4 < minute_std(normal) < 9 < 13 < minute_std(volatile) < 30
    assert mean_size(calm) > 3 * mean_size(normal) > 3 * 1.7 * mean_size(volatile)
    prints = [int((batch["kind"] == TRADE).sum()) for batch in (calm, normal, volatile)]
    assert prints[0] < 1.3 * prints[1] < 1.3 * prints[2]


def test_trends_go_where_they_say() -> None:
    nets = {}
    for preset in ("trend-up", "trend-down"):
        thin = Flow(parameters=replace(PRESETS[preset], prints_per_session=60_000))
        rth = [between(batch, *RTH)["bid_ticks"] for batch in (one(thin, seed) for seed in range(1, 9))]
        nets[preset] = np.mean([int(each[-1]) - int(each[0]) for each in rth])
    assert 60 < nets["trend-up"] < 420
    assert -420 < nets["trend-down"] < -60


def test_news_moves_the_price_at_once_and_wakes_the_market() -> None:
    batch = with_event("news", ticks=60, side="up")
    before, after = between(batch, NOON - 5, NOON), between(batch, NOON, NOON + 5)
    assert int(after["bid_ticks"].max()) - int(before["bid_ticks"][-1]) > 45
    assert len(after) > 2 * len(before)


def test_a_flash_crash_falls_and_recovers() -> None:
    batch = with_event("flash-crash", minutes=20, ticks=300)
    start = between(batch, NOON - 1, NOON)["bid_ticks"].mean()
    assert between(batch, NOON + 7, NOON + 9)["bid_ticks"].min() < start - 200
    assert abs(between(batch, NOON + 20, NOON + 22)["bid_ticks"].mean() - start) < 100


def test_a_vacuum_empties_the_queues() -> None:
    batch = with_event("vacuum")
    assert (
        between(batch, NOON + 1, NOON + 9)["bid_size"].mean() < 0.4 * between(batch, NOON - 9, NOON)["bid_size"].mean()
    )


def test_a_gap_at_the_open_shows_within_the_first_minutes() -> None:
    ticks = [with_event("gap-open", at=0, side=side)["bid_ticks"][20_000] for side in ("up", "down")]
    assert 80 < ticks[0] - ticks[1] < 160


def test_a_halt_ends_quotes_and_they_come_back() -> None:
    batch = with_event("halt", minutes=5)
    halted = between(batch, NOON, NOON + 5)
    assert len(halted) == 1
    assert (halted["kind"][0], halted["bid_size"][0], halted["ask_size"][0]) == (QUOTE, 0, 0)
    resumed = between(batch, NOON + 5, NOON + 6)
    assert resumed["kind"][0] == QUOTE
    assert resumed["bid_size"][0] > 0
    assert len(resumed) > 100


def test_at_the_limit_nobody_bids_and_nothing_trades_below() -> None:
    batch = with_event("limit-down", minutes=30, ticks=60)
    limited = between(batch, NOON, NOON + 30)
    floor = between(batch, NOON - 1, NOON)["bid_ticks"][-1] - 60
    trades, quotes = limited[limited["kind"] == TRADE], limited[limited["kind"] == QUOTE]
    assert abs(int(trades["price_ticks"].min()) - floor) <= 1  # the minute before ends a moment before this one begins
    assert (quotes["bid_size"] == 0).mean() > 0.2
    assert (quotes["ask_ticks"][quotes["bid_size"] == 0] <= floor + 2).all()
    after = between(batch, NOON + 31, NOON + 40)
    assert (after["bid_size"][after["kind"] == QUOTE] > 0).all()


def test_a_gap_of_the_feed_is_said_on_the_tape() -> None:
    batch = with_event("feed-gap", minutes=3)
    assert len(between(batch, NOON, NOON + 3)) == 0
    back = between(batch, NOON + 3, NOON + 4)
    assert list(back["kind"][:2]) == [GAP, QUOTE]
    assert (batch["kind"] == GAP).sum() == 1


def test_an_event_of_another_session_changes_nothing() -> None:
    assert (with_event("halt", session=2) == made("normal")).all()
