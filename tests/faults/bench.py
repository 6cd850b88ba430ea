"""A world for tests: an even market of a quarter of an hour, a player, and clients on one clock of seconds."""

from datetime import datetime
from typing import Any

from simulator.exchange.venue import Exchange
from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.desk.ledger import Account
from simulator.tws.market import Market
from simulator.tws.world import World
from system.domain.session import NEW_YORK, utc_ns
from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch
from tests.faults.client import FrameClient

START_NS = utc_ns(datetime(2024, 3, 12, 10, tzinfo=NEW_YORK))
STEP_NS = 250_000_000
EVENTS = 4 * 60 * 15
MIDDLE = 20_600  # ticks: 5150.00
ACCOUNT = "DU1234567"
SECOND_NS = 1_000_000_000


def tape() -> Batch:
    """The bid goes two ticks up and down; each quote is followed by a trade at the ask."""
    batch = empty_batch(2 * EVENTS)
    for event in range(EVENTS):
        bid = MIDDLE + (0, 1, 2, 1)[event // 8 % 4]
        for row, kind in ((2 * event, QUOTE), (2 * event + 1, TRADE)):
            batch[row]["ts_ns"] = START_NS + event * STEP_NS + row % 2 * STEP_NS // 2
            batch[row]["kind"] = kind
            batch[row]["bid_ticks"], batch[row]["ask_ticks"] = bid, bid + 1
            batch[row]["bid_size"] = batch[row]["ask_size"] = 50
            if kind == TRADE:
                batch[row]["price_ticks"], batch[row]["size"], batch[row]["side"] = bid + 1, 1, 1
    batch["instrument_id"] = 1 if "instrument_id" in (batch.dtype.names or ()) else 0
    return batch


class Bench:
    """A plan in TOML; `go` moves the market and the transport's clock alike."""

    def __init__(self, plan: str = "") -> None:
        exchange, data = Exchange(latency_ns=50_000_000), DataDesk()
        desk = Desk(
            exchange=exchange,
            find=lambda contract, now_ns: data.listing(now_ns).one(contract),
            marks=data.board,
            accounts=[Account(name=ACCOUNT)],
            now_ns=START_NS - SECOND_NS,
        )
        market = Market.of([tape()], exchange)
        self.world = World(market, data, desk, name="bench", account=ACCOUNT)
        self.log: list[str] = []
        self.player = Player(self.world, read_plan(plan, "plan"), self.log.append)
        self.world.faults = self.player
        self.at_s = 0.0
        self.clients: list[FrameClient] = []
        self.world.advance(START_NS + SECOND_NS)
        self.player.clock(0.0)

    def client(self, client_id: int = 7, **more: Any) -> FrameClient:
        """A client that has greeted and started."""
        return self.stranger(client_id, **more).connect()

    def stranger(self, client_id: int = 7, **more: Any) -> FrameClient:
        """A client that has yet to greet."""
        client = FrameClient(self.world, client_id, at_s=self.at_s, **more)
        self.clients.append(client)
        return client

    def go(self, seconds: float, grain_s: float = 0.05) -> None:
        """Let time pass, in both clocks."""
        end_s = round(self.at_s + seconds, 9)
        while self.at_s < end_s:
            self.at_s = min(end_s, round(self.at_s + grain_s, 9))
            self.world.advance(START_NS + SECOND_NS + round(self.at_s * SECOND_NS))
            self.player.clock(self.at_s)
            for client in self.clients:
                client.at_s = self.at_s
                client.session.clock(self.at_s)
                client.read()

    def inject(self, kind: str, for_: str | None = None, client: int | None = None, **settings: Any) -> str:
        return self.player.inject(kind, for_, client, settings)
