"""A market that stands still until a test moves it: cheap to play, and nothing in it happens by chance."""

from datetime import datetime

import numpy as np

from simulator.exchange.venue import Exchange
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.market import Market
from simulator.tws.start import LATENCY_NS
from simulator.tws.world import World
from system.domain.session import NEW_YORK, utc_ns
from system.domain.settings import MINUTE_S, SECOND_NS
from system.domain.ticks import QUOTE, TRADE, Batch, batch_of

TEN = datetime(2024, 3, 19, 10, tzinfo=NEW_YORK)
BID, ASK = 20_000, 20_001  # of the touch, in ticks
BEFORE_S = 2 * MINUTE_S  # of history, for a seed
STEP_NS = SECOND_NS // 2


def a_quiet_world(at: datetime = TEN, *, for_s: int = 7200, latency_ns: int = LATENCY_NS) -> World:
    """Each half second a quote, and a contract that trades at bid and ask in turn; from `at` on."""
    start_ns = utc_ns(at)
    exchange, data = Exchange(latency_ns=latency_ns), DataDesk()
    market = Market.of([tape(start_ns - BEFORE_S * SECOND_NS, 2 * (BEFORE_S + for_s))], exchange)
    for step in market.advance(start_ns):
        data.take(step.events, step.ts_ns)
    return World(market, data, Desk(exchange, data.board, 1), name="quiet")


def tape(start_ns: int, steps: int) -> Batch:
    """So many half seconds of it."""
    times_ns = start_ns + np.arange(steps) * STEP_NS
    quotes = batch_of(
        ts_ns=times_ns,
        kind=np.full(steps, QUOTE),
        bid_ticks=np.full(steps, BID),
        ask_ticks=np.full(steps, ASK),
        bid_size=10 + np.arange(steps) % 2,  # TWS tells of a quote when it has changed
        ask_size=np.full(steps, 10),
    )
    trades = quotes.copy()
    trades["kind"], trades["size"] = TRADE, 1
    trades["price_ticks"] = BID + np.arange(steps) % 2
    return np.concatenate([quotes, trades])[np.arange(2 * steps).reshape(2, -1).T.ravel()]


def trades(world: World, side: int, number: int = 6, size: int = 50) -> Batch:
    """Trades at the touch, now: all of them bought, or sold."""
    board = world.data.board
    batch = batch_of(
        ts_ns=np.full(number, world.now_ns),
        kind=np.full(number, TRADE),
        price_ticks=np.full(number, board.ask_ticks if side > 0 else board.bid_ticks),
        size=np.full(number, size),
        bid_ticks=np.full(number, board.bid_ticks),
        ask_ticks=np.full(number, board.ask_ticks),
        bid_size=np.full(number, board.bid_size),
        ask_size=np.full(number, board.ask_size),
    )
    return batch
