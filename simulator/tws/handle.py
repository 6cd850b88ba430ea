"""A mock TWS in a process of its own, as a test holds it: started on a free port, moved, broken, questioned, ended.

Every call is a short exchange over the control socket, so it may be made from synchronous code and from any event loop.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

import simulator
from simulator.tws.control import request
from system.domain.errors import LinkGaveUpError

START_S: Final = 120.0  # kernels may have to be compiled first
END_S: Final = 5.0
POLL_S: Final = 0.01
LOG_MAX: Final = 20_000  # lines kept; the older half goes
HOST: Final = "127.0.0.1"
_READY: Final = re.compile(r"mock TWS on \S+:(\d+):")
# The server ends when its standard input does, so that it never outlives a test process that was killed.
_MAIN: Final = """
import os, signal, sys, threading
def watch():
    while os.read(0, 64): pass
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
sys.argv[0] = "bn"
from system.cli import main
main()
"""


class Received(dict[str, Any]):
    """A message that TWS received: its record's name, the client that sent it, and its fields as items."""

    def __init__(self, name: str, client: int, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.name = name
        self.client = client

    def __repr__(self) -> str:
        return f"{self.name}(client={self.client}, {dict(self)})"


class MarketHandle:
    """The market's prices, in points. From `quote` or `trade` on they are the test's; `release` lets the tape go on."""

    def __init__(self, ask: Callable[..., dict[str, Any]]) -> None:
        self._ask = ask

    def quote(self, bid: float, ask: float, *, bid_size: int = 10, ask_size: int = 10) -> None:
        """Set the touch; orders meet it as they meet the tape's."""
        self._ask("quote", bid=bid, ask=ask, bid_size=bid_size, ask_size=ask_size)

    def trade(self, price: float, size: int = 1) -> None:
        """Print a trade; the touch stays."""
        self._ask("trade", price=price, size=size)

    def move(self, points: float) -> None:
        """Shift all prices from now on."""
        self._ask("move", points=points)

    def hold(self) -> None:
        """Let the tape pass unseen: nothing moves but what the test does."""
        self._ask("hold")

    def release(self) -> None:
        """Let the tape go on from where the touch is."""
        self._ask("release")

    @property
    def bid(self) -> float:
        """The best bid."""
        return float(self._ask("board")["bid"])

    @property
    def ask(self) -> float:
        """The best ask."""
        return float(self._ask("board")["ask"])

    @property
    def last(self) -> float:
        """The price of the last trade."""
        return float(self._ask("board")["last"])


class MockTws:
    """A running mock TWS: connect a client to `host` and `port`."""

    def __init__(
        self, *options: str, seed: int = 1, speed: float | str = 20, start: str | None = None, port: int = 0
    ) -> None:
        """`options` as `bn mock-tws` takes them; port 0: a free one. Raises LinkGaveUpError where it does not start."""
        self.host = HOST
        self.log: list[str] = []
        words = ["--port", str(port), "--seed", str(seed), "--speed", str(speed), *options]
        words += [] if start is None else ["--start", start]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _MAIN, "mock-tws", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(),
            text=True,
        )
        self._ready = threading.Event()
        self._port = 0
        self._reader = threading.Thread(target=self._read, name="mock-tws-log", daemon=True)
        self._reader.start()
        self._ready.wait(START_S)
        if not self._port:
            self.close()
            raise LinkGaveUpError("the mock TWS did not start: " + " | ".join(self.log[-5:]))
        self.market = MarketHandle(self._ask)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    # what it has seen

    def received(self, name: str = "", *, client: int | None = None) -> list[Received]:
        """The messages from clients so far, oldest first; `name` as `PlaceOrder`, `CancelOrder`, `ReqMktData`, ..."""
        rows = self._ask("received", name=name, client=client)["messages"]
        return [Received(row["name"], row["client"], row["fields"]) for row in rows]

    def wait_received(
        self, name: str, *, count: int = 1, client: int | None = None, timeout_s: float = 5.0
    ) -> list[Received]:
        """The same, once there are `count`. For synchronous tests: it blocks. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while len(found := self.received(name, client=client)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} {name} received in {timeout_s:g} s, expected {count}")
            self._process_alive()
            threading.Event().wait(POLL_S)
        return found

    def status(self) -> dict[str, Any]:
        """`now` and `now_ns` of the market, `speed`, `paused`, `clients`."""
        return self._ask("status")

    # what is done to it

    def fill(self, order_id: int, contracts: int = 0, price: float | None = None, *, client: int) -> None:
        """Fill `contracts` (0: all that is left) of a client's working order at `price`, or its own."""
        self._ask("fill", client=client, order_id=order_id, contracts=contracts, price=price)

    def inject(self, fault: str | int, *, for_: str | None = None, client: int | None = None, **more: Any) -> None:
        """Break it, as `bn mock-tws inject FAULT --for TIME` does."""
        self._ask("inject", **{"fault": str(fault), "for": for_, "client": client, **more})

    def pause(self) -> None:
        """Stop the market's clock; clients are still answered."""
        self._ask("pause")

    def resume(self) -> None:
        """Let the market's clock go on."""
        self._ask("resume")

    @property
    def speed(self) -> float:
        """Seconds of the market per second."""
        return float(self.status()["speed"])

    @speed.setter
    def speed(self, speed: float) -> None:
        self._ask("speed", speed=speed)

    def close(self) -> None:
        """End it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._reader.join(END_S)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # inside

    def _ask(self, do: str, **more: Any) -> dict[str, Any]:
        self._process_alive()
        return request(self._port, {"do": do, **more})

    def _process_alive(self) -> None:
        if self._process.poll() is not None:
            raise LinkGaveUpError("the mock TWS has ended: " + " | ".join(self.log[-5:]))

    def _read(self) -> None:
        """Keep what the server logs, and see from it when it is ready."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.log.append(line.rstrip())
            if len(self.log) > LOG_MAX:
                del self.log[: LOG_MAX // 2]
            match = _READY.search(line)
            if match is not None and not self._port:
                self._port = int(match[1])
                self._ready.set()
        self._ready.set()


def _environment() -> dict[str, str]:
    """This process's, with our packages in reach where they run from a checkout."""
    root = Path(simulator.__file__ or "").parents[1]
    if root.name in ("site-packages", "dist-packages"):
        return dict(os.environ)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
