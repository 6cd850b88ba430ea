"""A world with a player of faults, and clients that share its clock of seconds with the market."""

from typing import Any

import numpy as np

from simulator.exchange.venue import Exchange
from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.market import Market
from simulator.tws.world import World
from system.domain import ticks
from tests.tws.talk import Talk, message

NANO = 1_000_000_000
GENERIC = "45"
ERROR, STATUS, OPEN, FILL, COMMISSION, POSITION, QUOTE, DEPTH = "4", "3", "5", "11", "59", "61", "99", "12"
ES = (0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "")


START_NS = 1_710_856_800 * NANO  # 2024-03-19 10:00 New York


def an_even_market() -> World:
    """Two minutes: each 50 ms the touch steps, up and down within four ticks, and a contract trades at the ask."""
    steps = np.arange(2 * 60 * 20)
    bid = 20_000 + np.array([0, 1, 2, 3, 2, 1])[steps % 6]
    quotes = ticks.batch_of(
        ts_ns=START_NS + steps * (NANO // 20),
        kind=np.full(len(steps), ticks.QUOTE),
        bid_ticks=bid,
        ask_ticks=bid + 1,
        bid_size=steps % 40 + 10,
        ask_size=steps % 30 + 10,
    )
    trades = quotes.copy()
    trades["kind"], trades["price_ticks"], trades["size"] = ticks.TRADE, bid + 1, 1
    tape = np.concatenate([quotes, trades])[np.arange(2 * len(steps)).reshape(2, -1).T.ravel()]
    exchange, data = Exchange(latency_ns=NANO // 20), DataDesk()
    market = Market.of([tape], exchange)
    for step in market.advance(START_NS + NANO):
        data.take(step.events, step.ts_ns)
    return World(market, data, Desk(exchange, data.board, 1), name="even")


class Stage:
    """`go` moves the market and the transport's clock alike."""

    def __init__(self, plan: str = "") -> None:
        self.world: World = an_even_market()
        self.log: list[str] = []
        self.player = Player(self.world, read_plan(plan, "plan"), self.log.append)
        self.world.faults = self.player
        self.at_s = 0.0
        self.player.clock(0.0)

    def client(self, client_id: int = 1, offer: bytes = b"v151..178") -> "Actor":
        """A client that has started."""
        client = Actor(self.world, client_id=client_id, offer=offer, at_s=self.at_s)
        client.start()
        return client

    def go(self, seconds: float, *clients: Talk) -> None:
        """Let time pass."""
        for _ in range(round(seconds / 0.05)):
            self.at_s = round(self.at_s + 0.05, 6)
            for client in clients:
                client.at_s = self.at_s
            self.world.advance(self.world.now_ns + NANO // 20)
            self.player.clock(self.at_s)

    def inject(self, kind: str, for_: str | None = None, client: int | None = None, **settings: Any) -> str:
        return self.player.inject(kind, for_, client, settings)


class Actor(Talk):
    """A client with words for what tests do."""

    def watch(self) -> None:
        """Ask for every quote."""
        self.send_now(97, 5, *ES, "BidAsk", 0, 0)

    def order(
        self,
        order_id: int,
        action: str = "BUY",
        kind: str = "MKT",
        limit: object = "",
        stop: object = "",
        *,
        parent: int = 0,
        transmit: int = 1,
        quantity: int = 1,
    ) -> None:
        """Place an order."""
        last = (transmit, parent, 0, 0, 0, 0, 1, 0)
        terms = (action, quantity, kind, limit, stop, "GTC", "", "", "", 0, f"ref{order_id}", *last)
        self.send_now(3, order_id, *ES, "", "", *terms)

    def send_now(self, *fields: object) -> None:
        self.send(message(*fields))

    def kinds(self) -> list[str]:
        return [frame[0] for frame in self.read()]


def codes(frames: list[list[str]]) -> list[int]:
    return [int(frame[3]) for frame in frames if frame[0] == ERROR]


def statuses(frames: list[list[str]], order_id: int) -> list[str]:
    return [frame[2] for frame in frames if frame[0] == STATUS and frame[1] == str(order_id)]


def trading() -> tuple[Stage, Actor]:
    stage = Stage()
    client = stage.client()
    client.watch()
    stage.go(0.5, client)
    client.read()
    return stage, client


def permanent_ids(frames: list[list[str]], order_id: int) -> set[str]:
    return {frame[6] for frame in frames if frame[0] == STATUS and frame[1] == str(order_id)}


def fills(frames: list[list[str]]) -> list[tuple[str, float]]:
    """Execution ids with their contracts."""
    return [(frame[14], float(frame[19])) for frame in frames if frame[0] == FILL]


def bracket(client: Actor) -> None:
    """Buy at the market; out far above or far below."""
    for order_id, action, kind, limit, stop, parent, last in (
        (1, "BUY", "MKT", "", "", 0, 0),
        (2, "SELL", "LMT", 6000, "", 1, 0),
        (3, "SELL", "STP", "", 4000, 1, 1),
    ):
        client.order(order_id, action, kind, limit, stop, parent=parent, transmit=last)
