"""Three virtual minutes of a client library in memory: three consumers, brackets, data of several kinds; prints a digest.

A program of its own, so that it can be run under different hash seeds.
"""

import hashlib
import sys
from importlib import import_module

import trio
import trio_asyncio

from simulator.tws.lockstep import play, seed_scheduler
from simulator.tws.lockstep_clock import LockstepClock
from simulator.tws.memory import in_memory, market_clock
from simulator.tws.session import Session
from simulator.tws.world import World
from tests.tws.talk import a_world

MINUTE_NS = 60_000_000_000


class Digest:
    """Every byte both ways, and every event that the client's code saw."""

    def __init__(self, world: World) -> None:
        self.hash = hashlib.sha256()
        self.fills = 0
        self._world = world

    def note(self, *words: object) -> None:
        self.hash.update(f"{self._world.now_ns} {words}\n".encode())

    def watch(self, session: Session) -> None:
        receive, take = session.receive, session.take

        def heard(data: bytes, at_s: float) -> None:
            self.note("<-", data)
            receive(data, at_s)

        def said() -> bytes:
            data = take()
            self.note("->", data)
            return data

        session.receive, session.take = heard, said  # type: ignore[method-assign]


async def main(library: str, seed: int) -> Digest:
    lib = import_module(library)
    world = a_world(seed)
    digest = Digest(world)
    async with trio_asyncio.open_loop():
        with market_clock(library, world):
            ib = lib.IB()
            connection = in_memory(ib, world, on_session=digest.watch)
            await trio_asyncio.aio_as_trio(ib.connectAsync)("memory", 0, clientId=1)
            contracts = [lib.Future(symbol, "202406", "CME") for symbol in ("ES", "MES")]
            await trio_asyncio.aio_as_trio(ib.qualifyContractsAsync)(*contracts)
            ib.pendingTickersEvent.connect(
                lambda tickers: digest.note("tickers", [(t.contract.symbol, t.time, t.bid, t.ask) for t in tickers]),
                keep_ref=True,
            )
            send, receive = trio.open_memory_channel[object](10_000)
            for contract in contracts:
                ib.reqMktData(contract, "233")
                ticker = ib.reqTickByTickData(contract, "BidAsk")
                ticker.updateEvent.connect(lambda ticker: send.send_nowait(ticker.contract.symbol), keep_ref=True)
            ib.reqRealTimeBars(contracts[0], 5, "TRADES", False)

            async def consume(name: int) -> None:
                async for symbol in receive.clone():
                    digest.note("consumer", name, symbol)
                    await trio.lowlevel.checkpoint()

            async def trade() -> None:
                for number in range(7):
                    side = ("BUY", "SELL")[number % 2]
                    entry = lib.MarketOrder(side, 1, transmit=False, outsideRth=True)
                    bid, ask = world.data.board.bid_ticks / 4, world.data.board.ask_ticks / 4
                    ib.placeOrder(contracts[0], entry)
                    close, sign = ("SELL", 1) if side == "BUY" else ("BUY", -1)
                    target = lib.LimitOrder(
                        close, 1, (ask if sign > 0 else bid) + sign, parentId=entry.orderId, transmit=False
                    )
                    ib.placeOrder(contracts[0], target)
                    stop = lib.StopOrder(close, 1, (bid if sign > 0 else ask) - sign, parentId=entry.orderId)
                    ib.placeOrder(contracts[0], stop)
                    await trio.sleep(25)

            async with trio.open_nursery() as nursery:
                for name in range(3):
                    nursery.start_soon(consume, name)
                nursery.start_soon(trade)
                await play(world, world.now_ns + 3 * MINUTE_NS, grain_ns=100_000_000)
                digest.fills = len(ib.fills())
                digest.note("positions", ib.positions())
                nursery.cancel_scope.cancel()
            connection.disconnect()
            await trio.sleep(0.1)
    return digest


def run(library: str, seed: int) -> Digest:
    """One run; everything about it is a function of the seed."""
    seed_scheduler(seed)
    return trio.run(main, library, seed, clock=LockstepClock())


if __name__ == "__main__":
    digest = run(sys.argv[1], int(sys.argv[2]))
    sys.stdout.write(f"{digest.hash.hexdigest()} {digest.fills}\n")
