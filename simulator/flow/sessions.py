"""Whole synthetic Globex sessions, in a stream of batches: the one door to the synthetic tape."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from math import exp, sqrt
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow import schedule
from simulator.flow.draws import seed_generators
from simulator.flow.events import script
from simulator.flow.kernel import fill
from simulator.flow.parameters import NORMAL, Flow, Parameters
from simulator.flow.state import ASK, BID, FLOW, NO_FLOOR, REGIMES, STYLES, TENSIONS, WANDERS
from simulator.flow.trades import plan_hold, renew_runs
from system.domain.holidays import FIRST_YEAR, LAST_YEAR
from system.domain.session import CLOSE_S, Calendar, Session
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, Batch, empty_batch

FIRST_DAY: Final = date(2024, 3, 18)  # a Monday; June's contract is in front for its first whole week
OPEN_TICKS: Final = 20_000  # a session opens around 5000.00, whatever the one before did
OPEN_GAP_TICKS: Final = 40  # and at most so far from it

Array = npt.NDArray[Any]


def sessions(
    *,
    seed: int,
    count: int,
    first_day: date | None = None,
    flow: Flow = NORMAL,
    batch_events: int = 131_072,
) -> Iterator[Batch]:
    """Yield `count` sessions from `first_day` on, in arrays of dtype EVENT and shape (1..batch_events,).

    The same seed gives the same events however they are cut, and session k of a seed on the same day the same whatever
    comes before it. Half days end at their early close; days without trading are left out. Raises ValueError where the
    calendar ends first.
    """
    days = trading_days(first_day, count)
    return _batches(seed, days, flow, batch_events)


def trading_days(first_day: date | None, count: int) -> list[date]:
    """The first `count` trading days from `first_day` (None: 2024-03-18) on, half days too.

    Raises ValueError where the calendar ends first.
    """
    calendar = Calendar()
    days: list[date] = []
    day = first_day or FIRST_DAY
    while len(days) < count:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(
                f"{count} sessions from {first_day or FIRST_DAY}: the calendar has {FIRST_YEAR} to {LAST_YEAR} only"
            )
        if calendar.close_s(day) is not None:
            days.append(day)
        day += timedelta(days=1)
    return days


def _batches(seed: int, days: list[date], flow: Flow, batch_events: int) -> Iterator[Batch]:
    """Batches of `batch_events` events, all but the last one full; a batch may span two sessions."""
    rules, sizes = schedule.rules(flow.parameters), schedule.trade_sizes(flow.parameters)
    batch = empty_batch(batch_events)
    filled = 0
    for number, day in enumerate(days):
        state, minutes = _begin(seed, number, day, flow, rules)
        batch[filled] = _opening(state)
        filled += 1
        while True:
            filled += fill(state, rules, minutes, sizes, batch[filled:])
            if filled < batch_events:
                break
            yield batch
            batch, filled = empty_batch(batch_events), 0
    if filled:
        yield batch[:filled]


def _words(seed: int, number: int) -> list[int]:
    """Eight words of 32 bits that a session's randomness begins with."""
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 32, 4)]


def _day_factor(seed: int, number: int, parameters: Parameters) -> float:
    """How active session `number` is: lognormal around 1, remembering the days before."""
    memory, logarithm = parameters.day_memory, 0.0
    for day in range(number + 1):
        z = NormalDist().inv_cdf((_words(seed, day)[6] + 0.5) / 2**32)
        logarithm = z if day == 0 else memory * logarithm + sqrt(1 - memory**2) * z
    spread = parameters.day_volatility
    return round(exp(spread * logarithm - spread**2 / 2), 6)


def _begin(seed: int, number: int, day: date, flow: Flow, rules: Array) -> tuple[npt.NDArray[np.void], Array]:
    """The state at the open of session `number`, and its schedule."""
    words = _words(seed, number)
    calendar = Calendar()
    session = calendar.session(day)
    state = np.zeros(1, dtype=FLOW)
    seed_generators(state, (words[0], words[1], words[2]))
    state["ts_ns"] = state["faded_ns"] = state["step_ns"] = state["open_ns"] = session.open_ns
    state["close_ns"] = _close_ns(session, calendar)
    state["base"] = 1 / SECOND_NS  # until the schedule begins, within the first second
    state["minute"], state["floor"] = -1, NO_FLOOR
    gap = words[3] % (OPEN_GAP_TICKS + 1) - words[4] % (OPEN_GAP_TICKS + 1)
    state["touch"][0] = OPEN_TICKS + gap, OPEN_TICKS + gap + 1
    state["efficient"] = OPEN_TICKS + gap + 0.5
    minutes = schedule.day(flow.parameters, _day_factor(seed, number, flow.parameters))
    script(minutes, flow.events, number, words[5])
    state["depth"] = minutes["depth"][0]
    state["shown"] = max(1, int(minutes["depth"][0]))
    state["regime"][0] = [words[5] >> k & 1 for k in range(REGIMES)]
    for side in (BID, ASK):
        state["wander"][0, side] = [words[7] >> (side * WANDERS + k) & 1 for k in range(WANDERS)]
    state["tension"][0] = [words[5] >> (8 + k) & 1 for k in range(TENSIONS)]
    state["style"][0] = [words[5] >> (16 + k) & 1 for k in range(STYLES)]
    state["last"] = words[5] >> 31
    state["hit"] = -1
    renew_runs(state, rules)
    plan_hold(state, rules)
    return state, minutes


def _close_ns(session: Session, calendar: Calendar) -> int:
    """When the session's trading ends, nanoseconds UTC; a half day's close comes before the clocks' daily break."""
    close_s = calendar.close_s(session.day)
    assert close_s is not None  # it was chosen as a trading day
    return session.break_ns - (CLOSE_S - close_s) * SECOND_NS


def _opening(state: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """The first quote, at the open."""
    row = empty_batch(1)
    row["ts_ns"], row["kind"] = state["ts_ns"], QUOTE
    row["bid_ticks"], row["ask_ticks"] = state["touch"][0]
    row["bid_size"], row["ask_size"] = state["shown"][0]
    return row[0]  # type: ignore[no-any-return]
