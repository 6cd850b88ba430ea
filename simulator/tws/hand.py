"""The operator's hand on the market: prices set instead of the tape's, trades printed, fills decided.

While prices are held the tape passes unseen; let go, it goes on from where the touch has been put.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final

from simulator.tws.data import hours
from simulator.tws.world import World
from system.domain.errors import InputError
from system.domain.instrument import TICKS_PER_POINT
from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch

SIZE_MAX: Final = 1_000_000
PRICE_MAX: Final = 1_000_000.0

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Hand:
    """Commands of the control socket that are about prices, fills and what clients sent."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """All commands."""
        return {
            "quote": self.quote,
            "trade": self.trade,
            "move": self.move,
            "hold": self.hold,
            "release": self.release,
            "board": self.board,
            "fill": self.fill,
            "received": self.received,
        }

    async def quote(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Hold the tape and set the touch."""
        bid, ask = ticks(asked, "bid"), ticks(asked, "ask")
        if bid >= ask:
            raise InputError(f"bid {asked['bid']} and ask {asked['ask']}: expected bid < ask")
        event = self._event()
        event["kind"], event["bid_ticks"], event["ask_ticks"] = QUOTE, bid, ask
        event["bid_size"], event["ask_size"] = size(asked, "bid_size"), size(asked, "ask_size")
        return await self._place(event)

    async def trade(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Hold the tape and print a trade; who hit whom is told by the touch."""
        board = self._world.data.board
        event = self._event()
        event["kind"], event["price_ticks"], event["size"] = TRADE, ticks(asked, "price"), size(asked, "size")
        event["bid_ticks"], event["ask_ticks"] = board.bid_ticks, board.ask_ticks
        event["bid_size"], event["ask_size"] = board.bid_size, board.ask_size
        event["side"] = (event["price_ticks"] >= board.ask_ticks).astype(int) - (
            event["price_ticks"] <= board.bid_ticks
        )
        return await self._place(event)

    async def move(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Shift the touch now, and the tape from now on."""
        if not self._world.move(ticks(asked, "points", low=-PRICE_MAX)):
            raise InputError(f"points {asked['points']}: expected a market with a touch, and above 0 thereafter")
        return await self.board(asked)

    async def hold(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let the tape pass unseen."""
        self._world.market.held = True
        return await self.board(asked)

    async def release(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let the tape go on, shifted to where the touch is."""
        board = self._world.data.board
        self._world.market.release(board.bid_ticks if board.bid_size else None)
        return await self.board(asked)

    async def board(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The touch and the last trade, in points."""
        board = self._world.data.board
        names = {"bid": board.bid_ticks, "ask": board.ask_ticks, "last": board.last_ticks}
        return {
            **{name: price / TICKS_PER_POINT for name, price in names.items()},
            "bid_size": board.bid_size,
            "ask_size": board.ask_size,
            "held": self._world.market.held,
        }

    async def fill(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Fill an order that works at the exchange, whatever the market does."""
        price = None if asked.get("price") is None else ticks(asked, "price")
        contracts = size(asked, "contracts") if asked.get("contracts") else 0
        filled = self._world.fill(int(asked["client"]), int(asked["order_id"]), contracts, price)
        return {"filled": filled}

    async def received(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What clients have sent, oldest first."""
        name, client = asked.get("name") or "", asked.get("client")
        return {
            "messages": [
                {"name": type(request).__name__, "client": sender, "fields": asdict(request)}
                for sender, request in self._world.heard
                if name in ("", type(request).__name__) and client in (None, sender)
            ]
        }

    def _event(self) -> Batch:
        """One row, now."""
        world = self._world
        if not hours.is_open(world.now_ns):
            raise InputError(f"{world.time_text()}: the market is closed; expected it open to set prices")
        event = empty_batch(1)
        event["ts_ns"] = world.now_ns
        return event

    async def _place(self, event: Batch) -> dict[str, Any]:
        self._world.market.held = True
        self._world.place(event)
        return await self.board({})


def ticks(asked: dict[str, Any], name: str, *, low: float = 0.0) -> int:
    """A price in points on the grid, as ticks."""
    points = float(asked[name])
    if not (math.isfinite(points) and low < points < PRICE_MAX and (points * TICKS_PER_POINT).is_integer()):
        raise InputError(f"{name} {points}: expected points above {low:g}, a multiple of 0.25")
    return int(points * TICKS_PER_POINT)


def size(asked: dict[str, Any], name: str) -> int:
    """A number of contracts."""
    contracts = int(asked[name])
    if not 0 < contracts <= SIZE_MAX:
        raise InputError(f"{name} {contracts}: expected 1 to {SIZE_MAX}")
    return contracts
