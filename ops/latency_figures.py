"""From a tick's bytes to a bracket's last byte, over loopback TCP: our live system, and a bare ib_insync callback.

The mock TWS's own session answers here, in a loop of its own: it stamps a trade as it is sent, a millisecond after the
quote before it, and the bracket as its last byte has come. Each client is a process of its own. A bracket is filled and
taken out at its target before the next trade. On disk, an order waits for its journal: one fsynced append is measured
beside it.
"""

import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from simulator.exchange.venue import Exchange
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.market import Market
from simulator.tws.requests import PlaceOrder, ReqTickByTick
from simulator.tws.session import Session
from simulator.tws.start import compile_exchange
from simulator.tws.world import World
from system.domain.ticks import QUOTE, TRADE, batch_of

OPS = Path(__file__).resolve().parent
START_NS = 1_710_856_800 * 10**9  # 2024-03-19 10:00 New York
SECOND_NS = 10**9
BID = 20_000
GAP_S = 0.001  # between two ticks
QUIET = 20  # quotes before each trade
TRADES = 6
REST_S = 0.3  # after a round trip: each of its reports is a record on disk
SAMPLES = 100
WARM = 20  # brackets that are not counted
BURST = 20_000
SETTLE_S = 3.0  # after the subscriptions: books, probes
READY_S = 60.0  # kernels may have to be compiled first
LIMIT_S = 0.5  # for a bracket
TRIES = 20
APPENDS = 300


class Peer:
    """The mock TWS for one client, and its market."""

    def __init__(self) -> None:
        self.line: socket.socket
        compile_exchange()
        exchange, data = Exchange(latency_ns=SECOND_NS // 1000), DataDesk()
        edges = [START_NS - SECOND_NS, START_NS + 3600 * SECOND_NS]
        tape = batch_of(ts_ns=edges, kind=[QUOTE] * 2, bid_ticks=[BID] * 2, ask_ticks=[BID + 1] * 2, bid_size=[10] * 2)
        tape["ask_size"] = 10
        market = Market.of([tape], exchange)
        for step in market.advance(START_NS):
            data.take(step.events, step.ts_ns)
        self.world = World(market, data, Desk(exchange, data.board, 1), name="latency")
        self.session = Session(self.world, "latency", 0.0)
        self.began_s = 0.0
        self.placed = self.streams = self.read = 0

    def serve(self, line: socket.socket) -> None:
        """Begin."""
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.line, self.began_s = line, perf_counter()

    def flush(self) -> None:
        while data := self.session.take():
            self.line.sendall(data)

    def turn(self, until_s: float) -> float:
        """Serve until then; when the last bytes came."""
        came_s = 0.0
        while True:
            now_s = perf_counter()
            self.world.advance(START_NS + round((now_s - self.began_s) * SECOND_NS))
            self.flush()
            if now_s >= until_s or not select.select([self.line], [], [], max(0.0, until_s - perf_counter()))[0]:
                return came_s
            data = self.line.recv(1 << 16)
            came_s = perf_counter()
            if not data:
                raise SystemExit("the client has ended")
            self.session.receive(data, (came_s - self.began_s) * 10)  # an hour's orders in minutes: no 50 a second here
            for _, request in list(self.world.heard)[self.read :]:
                self.placed += isinstance(request, PlaceOrder)
                self.streams += isinstance(request, ReqTickByTick)
            self.read = len(self.world.heard)
            if self.placed == 3:
                return came_s

    def quote(self, bid: int, size: int) -> None:
        one = batch_of(ts_ns=[self.world.now_ns], kind=[QUOTE], bid_ticks=[bid], ask_ticks=[bid + 1], bid_size=[size])
        one["ask_size"] = 10
        self.world.place(one)

    def trade(self, size: int) -> None:
        one = batch_of(ts_ns=[self.world.now_ns], kind=[TRADE], price_ticks=[BID + 1], size=[size])
        self.world.place(one)

    def until_ready(self) -> None:
        limit_s = perf_counter() + READY_S
        while self.streams < 2:
            assert perf_counter() < limit_s, "the client does not ask for its streams"
            self.turn(perf_counter() + 0.01)
        for _ in range(TRADES):  # both streams have to flow before an entry may be made; then the next one is a signal
            self.trade(1)
        settled_s = perf_counter() + SETTLE_S
        while perf_counter() < settled_s:
            self.quote(BID, 10 + round(perf_counter() * 100) % 2)
            self.turn(perf_counter() + 0.05)

    def sample(self) -> float:
        """Seconds from a trade to the bracket that it leads to. On a busy machine the gate may be shut for a while."""
        for _ in range(TRIES):
            for number in range(QUIET):
                self.quote(BID, 10 + number % 2)
                self.turn(perf_counter() + GAP_S)
            self.forget()
            self.trade(5)
            sent_s = perf_counter()
            self.flush()
            came_s = self.turn(sent_s + LIMIT_S)
            if self.placed:
                break
        assert self.placed == 3, f"{self.placed} orders after {TRIES} signals"
        self.forget()
        self.turn(perf_counter() + 0.005)  # the entry fills
        self.quote(BID + 20, 10)  # and the target
        self.turn(perf_counter() + REST_S)
        return came_s - sent_s

    def forget(self) -> None:
        """Count messages anew."""
        self.world.heard.clear()
        self.placed = self.read = 0

    def burst(self) -> None:
        """So many trades and quotes, all on their way at once."""
        at = np.arange(BURST)
        ticks = batch_of(
            ts_ns=np.full(BURST, self.world.now_ns),
            kind=np.where(at % 2, TRADE, QUOTE),
            price_ticks=np.full(BURST, BID + 1),
            size=np.ones(BURST),
            bid_ticks=np.full(BURST, BID),
            ask_ticks=np.full(BURST, BID + 1),
            bid_size=10 + at // 2 % 2,
            ask_size=np.full(BURST, 10),
        )
        self.world.place(ticks)
        over_s = perf_counter() + 5.0
        while perf_counter() < over_s:
            self.placed = 0
            self.turn(over_s)


class Client:
    """A client in a process of its own, connected."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.peer = Peer()
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(OPS / "latency_client.py"), kind, str(server.getsockname()[1]), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(OPS.parent)},
            )
            server.settimeout(READY_S)
            line, _ = server.accept()
        self.peer.serve(line)
        self.peer.until_ready()

    def end(self) -> dict[str, Any]:
        """What the client says at its end."""
        said, _ = self._process.communicate(timeout=READY_S)
        self.peer.line.close()
        assert self._process.returncode == 0, self._process.returncode
        document: dict[str, Any] = json.loads(said or b"{}")
        return document


def brackets(kind: str, folder: Path) -> dict[str, float]:
    """Microseconds from tick to bracket."""
    client = Client(kind, folder)
    try:
        taken = [client.peer.sample() for _ in range(WARM + SAMPLES)][WARM:]
    finally:
        client.end()
    us = sorted(seconds * 1e6 for seconds in taken)
    tenth, last = us[len(us) // 10], us[len(us) * 99 // 100]
    return {"p10_us": round(tenth), "median_us": round(statistics.median(us)), "p99_us": round(last)}


def burst(folder: Path) -> dict[str, Any]:
    client = Client("burst", folder)
    try:
        client.peer.burst()
    finally:
        said = client.end()
    return said


def fsynced_append_us(folder: Path) -> dict[str, float]:
    """Microseconds to append a page to a file and wait for the disk."""
    taken = []
    with (folder / "append").open("ab", buffering=0) as file:
        for _ in range(APPENDS):
            began_s = perf_counter()
            file.write(b"\0" * 4096)
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - began_s)
    us = sorted(seconds * 1e6 for seconds in taken)
    return {"p10_us": round(us[len(us) // 10]), "median_us": round(statistics.median(us))}


def figures(disk: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as shm:
        memory = Path(shm)
        bare = brackets("bare", memory)
        ours = brackets("live", memory / "a")
        bare_again = brackets("bare", memory)
        floods = burst(memory / "b")
    append = fsynced_append_us(disk)
    on_disk = brackets("live", disk / "c")
    append_again = fsynced_append_us(disk)
    base_us = statistics.mean([bare["median_us"], bare_again["median_us"]])
    append_us = statistics.mean([append["median_us"], append_again["median_us"]])
    least_us = min(bare["p10_us"], bare_again["p10_us"]), min(append["p10_us"], append_again["p10_us"])
    return {
        "bare_callback": [bare, bare_again],
        "live_in_memory": ours,
        "times_bare": round(ours["median_us"] / base_us, 2),
        "times_bare_undisturbed": round(ours["p10_us"] / least_us[0], 2),  # by p10
        "live_on_disk": on_disk,
        "fsynced_append": [append, append_again],
        "on_disk_allowed_us": round(2.5 * base_us + 1.3 * append_us),
        "on_disk_allowed_undisturbed_us": round(2.5 * least_us[0] + 1.3 * least_us[1]),  # by p10
        "burst": floods,
    }
