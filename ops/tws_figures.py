"""Figures of the mock TWS: ticks a second over loopback TCP, to one client and to twenty; virtual time in memory."""

import re
import selectors
import socket
import struct
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
MEASURED_S = 5.0
TICKS_PER_VIRTUAL_S = 5
VIRTUAL_S = 7200
TICK = re.compile(rb"\x00\x00\x00.99\x00", re.DOTALL)  # a frame's length, then its id
CONTRACT = (0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "")


def message(*fields: object) -> bytes:
    payload = b"".join(str(field).encode() + b"\0" for field in fields)
    return struct.pack(">I", len(payload)) + payload


def connect(port: int, client_id: int) -> socket.socket:
    """A client that has asked for every quote and every trade."""
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(b"API\0" + struct.pack(">I", 9) + b"v157..176" + message(71, 2, client_id, ""))
    line.sendall(message(97, 1, *CONTRACT, "AllLast", 0, 0) + message(97, 2, *CONTRACT, "BidAsk", 0, 0))
    return line


def over_tcp(clients: int) -> dict[str, float]:
    """Tick messages a second that the clients read together from a market as fast as it goes."""
    from simulator.tws.handle import MockTws

    with MockTws(speed="max", start="2024-03-19 10:00") as server, selectors.DefaultSelector() as ready:
        lines = [connect(server.port, number) for number in range(1, clients + 1)]
        for line in lines:
            ready.register(line, selectors.EVENT_READ)
        ticks, size, began = 0, 0, perf_counter()
        while perf_counter() - began < MEASURED_S:
            for key, _ in ready.select(0.2):
                data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]
                size += len(data)
                ticks += len(TICK.findall(data))
        took = perf_counter() - began
        for line in lines:
            line.close()
    return {"ticks_per_s": round(ticks / took), "mib_per_s": round(size / took / 2**20, 1)}


def in_memory() -> dict[str, float]:
    """Virtual seconds in a real one at five ticks a second, through ib_insync's own encoder and decoder."""
    import ib_insync
    import numpy as np
    import trio
    import trio_asyncio

    from simulator.tws.lockstep import play, seed_scheduler
    from simulator.tws.lockstep_clock import LockstepClock
    from simulator.tws.memory import in_memory, market_clock
    from simulator.tws.start import replayed
    from system.domain.ticks import QUOTE, batch_of
    from system.storage.tape import TapeWriter
    from system.storage.tape_meta import TapeMeta

    count = VIRTUAL_S * TICKS_PER_VIRTUAL_S + 100
    times = 1_710_856_800_000_000_000 + np.arange(count) * (10**9 // TICKS_PER_VIRTUAL_S)
    quotes = batch_of(
        ts_ns=times,
        kind=np.full(count, QUOTE),
        bid_ticks=np.full(count, 20_000),
        ask_ticks=np.full(count, 20_001),
        bid_size=np.arange(count) % 50 + 1,
        ask_size=np.full(count, 10),
    )
    seen, took = 0, 0.0

    async def main(path: Path) -> None:
        nonlocal seen, took
        world = replayed([path], 1, None)
        async with trio_asyncio.open_loop():
            with market_clock("ib_insync", world):
                ib = ib_insync.IB()
                connection = in_memory(ib, world)
                await trio_asyncio.aio_as_trio(ib.connectAsync)("memory", 0, clientId=1)
                front = ib_insync.Contract(conId=world.data.listing(world.now_ns).front[0].con_id, exchange="CME")
                ticker = ib.reqTickByTickData(front, "BidAsk")

                def count_ticks(ticker: Any) -> None:
                    nonlocal seen
                    seen += len(ticker.tickByTicks)

                ticker.updateEvent.connect(count_ticks, keep_ref=True)
                began = perf_counter()
                await play(world, world.now_ns + VIRTUAL_S * 10**9)
                took = perf_counter() - began
                connection.disconnect()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quiet.parquet"
        with TapeWriter(path, TapeMeta(symbol="ES", contract_month=None, source="synthetic", seed=1)) as writer:
            writer.write(quotes)
        seed_scheduler(1)
        trio.run(main, path, clock=LockstepClock())
    assert seen > VIRTUAL_S * TICKS_PER_VIRTUAL_S * 0.9, seen
    return {"ticks": seen, "us_per_tick": round(took / seen * 1e6, 1), "virtual_s_per_s": round(VIRTUAL_S / took)}


def figures() -> dict[str, Any]:
    return {"tcp_one_client": over_tcp(1), "tcp_twenty_clients": over_tcp(20), "memory": in_memory()}
