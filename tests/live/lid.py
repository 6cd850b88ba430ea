"""A machine whose lid is shut between the hours that matter: weeks of a market in minutes, in virtual time.

While it is shut trio's clock stands still and the market goes on. Awake again, the system finds out as it does on a
real machine: by how long that slept (F68).
"""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
import trio

from simulator.exchange.venue import Exchange
from simulator.tws.data import hours
from simulator.tws.data.history import History
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.market import Market
from simulator.tws.start import LATENCY_NS
from simulator.tws.world import World
from system.domain.session import NEW_YORK, utc_ns
from system.domain.settings import SECOND_NS
from system.domain.ticks import Batch
from tests.live.market import tape

TRADING: Final = time(10)
BREAK: Final = time(16, 59, 30)
REOPEN: Final = time(17, 59, 30)
NIGHT: Final = time(23, 44, 30)  # into IB's nightly maintenance
NOON: Final = time(12)  # of a day without a market
AWAKE_S: Final = 60
QUIET_S: Final = 100  # where none is expected to be there, it takes a minute to the first dial
SEEDED_S: Final = 15  # of events before each stretch
TRADING_S: Final = 900  # at most
SESSIONS_KEPT, EVENTS_KEPT, ORDERS_KEPT, HEARD_KEPT = (
    5,
    20_000,
    100,
    1_000,
)  # by the mock: full long before anything is measured


class LidClock:
    """A system's Clock, as on a machine that is suspended now and then."""

    def __init__(self, began_ns: int) -> None:
        self._at_zero_ns = began_ns - round(trio.current_time() * SECOND_NS)
        self._slept_ns = 0

    def __call__(self) -> int:
        return self._at_zero_ns + round(trio.current_time() * SECOND_NS)

    def deadline_s(self, at_ns: int) -> float:
        return round((at_ns - self._at_zero_ns) / SECOND_NS, 9)

    def slept_ns(self) -> int:
        slept_ns, self._slept_ns = self._slept_ns, 0
        return slept_ns

    def sleep_until(self, at_ns: int) -> None:
        """Shut the lid until then."""
        gone_ns = at_ns - self()
        assert gone_ns >= 0, "time does not go back"
        self._at_zero_ns += gone_ns
        self._slept_ns += gone_ns


def stretches(day: date) -> Iterator[tuple[int, int]]:
    """When the machine is awake on a calendar day: start and end in ns. The first is the one to trade in, if any is."""
    if is_trading_day(day):
        yield _from(day, TRADING, TRADING_S)
    else:
        yield _from(day, NOON, QUIET_S)
    if hours.is_open(_from(day, BREAK, 0)[0]):
        yield _from(day, BREAK, AWAKE_S)
    if hours.is_open(_from(day, NIGHT, 0)[0]):
        yield _from(day, REOPEN, AWAKE_S)
        yield _from(day, NIGHT, AWAKE_S)


def is_trading_day(day: date) -> bool:
    """Whether the market is open when trading begins here."""
    return hours.is_open(_from(day, TRADING, 0)[0])


def a_market_of(first: date, days: int) -> World:
    """Awake hours of so many calendar days, and silence between them."""
    batches, start_ns = _batches(first, days), next(stretches(first))[0]
    exchange = Exchange(latency_ns=LATENCY_NS)
    data = DataDesk(history=History(sessions_kept=SESSIONS_KEPT, raw_kept=EVENTS_KEPT))
    market = Market.of(batches, exchange)
    for step in market.advance(start_ns):
        data.take(step.events, step.ts_ns)
    world = World(market, data, Desk(exchange, data.board, 1, orders_kept=ORDERS_KEPT), name="weeks")
    world.heard = deque(maxlen=HEARD_KEPT)
    return world


def _batches(first: date, days: int) -> Iterator[Batch]:
    for number in range(days):
        for start_ns, end_ns in stretches(first + timedelta(days=number)):
            steps = 2 * (SEEDED_S + (end_ns - start_ns) // SECOND_NS)
            yield np.ascontiguousarray(tape(start_ns - SEEDED_S * SECOND_NS, steps))


def _from(day: date, at: time, for_s: int) -> tuple[int, int]:
    start_ns = utc_ns(datetime.combine(day, at, NEW_YORK))
    return start_ns, start_ns + for_s * SECOND_NS
