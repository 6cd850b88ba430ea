"""What a mock TWS plays, and from when: synthetic sessions, or tapes."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Order
from simulator.exchange.venue import Exchange
from simulator.flow.parameters import Flow
from simulator.flow.sessions import sessions, trading_days
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.market import Market
from simulator.tws.world import World
from system.domain.errors import InputError
from system.domain.holidays import LAST_YEAR
from system.domain.session import NEW_YORK, Calendar, utc_ns
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, TRADE, Batch, batch_of
from system.storage.tape import read_stretches

LATENCY_NS: Final = SECOND_NS // 20  # between TWS and the exchange
SESSIONS: Final = 250  # a year; no mock is left running for longer
TEN: Final = timedelta(hours=10)
_TIME: Final = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d:\d\d(?::\d\d)?)")


def synthetic(seed: int, day: date, flow: Flow, start: str | None, master_id: int | None = None) -> World:
    """A market of whole synthetic sessions from `day` on, at 10:00 New York or at `start`. Raises InputError."""
    start_ns = _start_ns(start, day) or _ten_ns(day)
    first = Calendar().at(start_ns).day
    return _world(
        sessions(seed=seed, count=_sessions_left(first), first_day=first, flow=flow),
        seed,
        start_ns,
        f"seed {seed}",
        master_id,
    )


def replayed(tapes: Sequence[Path], seed: int, start: str | None, master_id: int | None = None) -> World:
    """A market of tapes, at 10:00 New York of the first session, or its first event after that. Raises InputError."""
    first_ns = next((int(batch["ts_ns"][0]) for _, batch in read_stretches(tapes) if len(batch)), None)
    if first_ns is None:
        raise InputError(f"{tapes[0]}: has no event; expected a tape to play")
    day = Calendar().at(first_ns).day
    start_ns = _start_ns(start, day) or max(_ten_ns(day), first_ns)
    return _world((batch for _, batch in read_stretches(tapes)), seed, start_ns, ", ".join(map(str, tapes)), master_id)


def trading_day(now_ns: int) -> date:
    """The trading day of a time, or the last one before it."""
    calendar = Calendar()
    day = calendar.at(now_ns).day
    while calendar.close_s(day) is None:
        day -= timedelta(days=1)
    return day


def _world(batches: Iterator[Batch], seed: int, start_ns: int, name: str, master_id: int | None) -> World:
    """Play up to the start, with nobody looking."""
    compile_exchange()
    exchange = Exchange(latency_ns=LATENCY_NS)
    data = DataDesk()
    market = Market.of(batches, exchange)
    for step in market.advance(start_ns):
        data.take(step.events, step.ts_ns)
    if market.has_ended:
        raise InputError(f"{name}: nothing is left of it at the time to start from; expected an earlier --start")
    return World(market, data, Desk(exchange, data.board, seed, master_id=master_id), name=name)


def compile_exchange() -> None:
    """Let an order meet a quote and a trade once: compiling under a client's first order would stall everybody."""
    exchange = Exchange(latency_ns=1)
    order = Order(order_id=1, side=1, contracts=1, type=OrderType.LIMIT, limit_ticks=1)
    exchange.submit((order,), 0)
    for trade_ticks, size in ((2, 1), (1, 9)):  # one beside it, one that fills it
        quote_and_trade = batch_of(
            ts_ns=[1, 1], kind=[QUOTE, TRADE], bid_ticks=[1, 0], ask_ticks=[2, 0], bid_size=[1, 0], ask_size=[1, 0]
        )
        quote_and_trade["price_ticks"][1], quote_and_trade["size"][1] = trade_ticks, size
        exchange.advance(quote_and_trade, 0, 2)


def _sessions_left(first: date) -> int:
    """How many sessions to play, at most to the calendar's end."""
    count = SESSIONS
    while count > 1:
        try:
            trading_days(first, count)
        except ValueError:
            count //= 2
        else:
            break
    return count


def _ten_ns(day: date) -> int:
    return utc_ns(datetime.combine(day, datetime.min.time(), NEW_YORK) + TEN)


def _start_ns(text: str | None, day: date) -> int | None:
    """`[YYYY-MM-DD ]HH:MM[:SS]` in New York, without a date on `day`; None: not said."""
    if text is None:
        return None
    match = _TIME.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        clock = datetime.strptime(match[2], "%H:%M:%S" if match[2].count(":") > 1 else "%H:%M").time()  # noqa: DTZ007
        day = date.fromisoformat(match[1]) if match[1] else day
    except ValueError:
        raise InputError(f"--start {text!r}: expected HH:MM or YYYY-MM-DD HH:MM[:SS], New York's time") from None
    if not 1998 <= day.year <= LAST_YEAR:
        raise InputError(f"--start {text!r}: the calendar has 1998 to {LAST_YEAR}")
    return utc_ns(datetime.combine(day, clock, NEW_YORK).astimezone(UTC))
