"""kill -9 at any moment, over and over, against the mock TWS over TCP; after each restart, what both sides know.

The market stands still while it is looked at: what the broker holds by a second client's eyes, what the journal holds,
and what the running program says. `ops/kill9 [ROUNDS] [SEED]` runs it by itself.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import ib_insync

from simulator.tws.handle import MockTws
from system.domain.book import split_id
from system.domain.errors import BnError
from system.storage.journal import read_journal
from system.wiring import control
from system.wiring.memory import Memory, remember

ROOT: Final = Path(__file__).resolve().parents[2]
READY_S: Final = 90.0
SETTLE_S: Final = 30.0  # for book and broker to agree after a restart
TRADES_S: Final = 6.0  # at most, between READY and the kill
LOOK_S: Final = 0.1
WATCHER: Final = 77
ROUNDS: Final = 200
OFTEN: Final = (
    "profile=legacy",
    "min_time_between_signals_s=0.2",
    "max_signals_per_minute=1000",
    "max_trades_per_day=100000",
    "max_daily_loss_usd=1000000",
    "max_day_loss_open_usd=1000000",
    "max_consecutive_losses=100000",
    "max_orders_per_minute=600",
    "cooldown_after_loss_s=2",
    "min_trade_duration_s=1",
    "stop_ticks=3",
    "target_ticks=3",
    "tick_spacing_s=1",
    "entry_end=16:45",
    "flat_by=16:55",
)
SPEED: Final = 10.0  # two hundred rounds take half an hour, or more: the market's day has to last


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """What the broker knows. Orders by id with (permId, type, action, contracts, tif, outside hours)."""

    position: int
    executions: frozenset[str]
    orders: dict[int, tuple[int, str, str, float, str, bool]]


@dataclass(slots=True)
class Tally:
    """What the rounds have come to."""

    rounds: int = 0
    brackets: int = 0
    fills: int = 0
    held: int = 0  # killed while something was held
    working: int = 0  # killed with orders at the broker
    early: int = 0  # killed before it was ready
    slowest_s: float = 0.0  # from the start to agreement
    wrong: list[str] = field(default_factory=list)


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """A `bn live`."""
    words = [word for setting in OFTEN for word in ("--set", setting)]
    with (folder / "live.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "system.cli", "live", "--paper", "--port", str(port), *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stderr=log,
        )


@contextmanager
def watcher(port: int) -> Iterator[Any]:
    """A client that only looks."""
    ib: Any = ib_insync.IB()
    ib.connect("127.0.0.1", port, clientId=WATCHER, timeout=20)
    try:
        yield ib
    finally:
        ib.disconnect()


def look(ib: Any) -> Broker:
    """What the broker knows now."""
    trades = [trade for trade in ib.reqAllOpenOrders() if trade.order.clientId == 1]
    fills = ib.reqExecutions()
    return Broker(
        position=round(sum(one.position for one in ib.reqPositions())),
        executions=frozenset(fill.execution.execId for fill in fills if fill.execution.clientId == 1),
        orders={
            trade.order.orderId: (
                trade.order.permId,
                trade.order.orderType,
                trade.order.action,
                trade.order.totalQuantity,
                trade.order.tif,
                trade.order.outsideRth,
            )
            for trade in trades
        },
    )


def journal(folder: Path) -> tuple[Memory, list[dict[str, Any]]]:
    """The fold of the journal, and the gate's snapshots."""
    (path,) = folder.glob("data/*/journal.db")
    gates: list[dict[str, Any]] = []

    def kept() -> Iterator[Any]:
        for record in read_journal(path):
            if record.kind == "gate":
                gates.append(dict(record.payload))
            yield record

    return remember(kept()), gates


def status(folder: Path) -> dict[str, Any] | None:
    """What a running `bn live` says; None where it does not answer."""
    for path in folder.glob("data/*/control.sock"):
        try:
            return control.ask(path, {"do": "status"})
        except (BnError, OSError):
            return None
    return None


def differences(broker: Broker, memory: Memory, shown: dict[str, Any]) -> list[str]:
    """What is wrong, in words."""
    wrong = []
    orders, book = memory.orders, memory.orders.book
    known = {stem for stem in book.executions if not stem.startswith("inferred")}
    lost = [one for one in broker.executions if split_id(one)[0] not in known]
    if lost:
        wrong.append(f"executions that the journal lacks: {lost}")
    if not book.position == broker.position == shown["position_contracts"]:
        wrong.append(f"held: broker {broker.position}, journal {book.position}, said {shown['position_contracts']}")
    live = {one.order_id for one in orders.orders if one.is_live}
    if live != set(broker.orders):
        wrong.append(f"orders: broker {sorted(broker.orders)}, journal {sorted(live)}")
    exit_side = "SELL" if broker.position > 0 else "BUY"
    stops = [one for one in broker.orders.values() if one[1:3] == ("STP", exit_side) and one[4:] == ("GTC", True)]
    if broker.position and not any(one[3] >= abs(broker.position) for one in stops):
        wrong.append(f"{broker.position} held without a stop: {broker.orders}")
    if broker.position and not shown["is_protected"]:
        wrong.append("it does not know that it is protected")
    if shown["halted"]:
        wrong.append(f"halted: {shown['halted']}")
    return wrong


def agree(mock: MockTws, ib: Any, folder: Path, process: "subprocess.Popen[bytes]") -> list[str]:
    """Wait until it is ready and both sides agree, the market standing still for each look."""
    until_s = time.monotonic() + READY_S
    wrong = ["it was never ready"]
    agree_by_s = 0.0
    while time.monotonic() < until_s and process.poll() is None:
        shown = status(folder)
        if shown is None or not shown["link"] or shown["link"]["phase"] != "ready":
            time.sleep(LOOK_S)
            continue
        agree_by_s = agree_by_s or time.monotonic() + SETTLE_S
        mock.pause()
        try:
            time.sleep(2 * LOOK_S)  # for what is on its way
            wrong = differences(look(ib), journal(folder)[0], status(folder) or shown)
        finally:
            mock.resume()
        if not wrong or time.monotonic() > agree_by_s:
            return wrong
        time.sleep(LOOK_S)
    return [*wrong, f"it ended with {process.poll()}"] if process.poll() is not None else wrong


def monotone(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    """The gate's counters go on where they were (S09): nothing that was counted is forgotten."""
    if not before:
        return []
    then, now = before[-1], after[len(before) - 1]
    wrong = [] if then == now else ["the journal has changed behind us"]
    for name in ("entries", "lost_ns"):
        values = [gate[name] for gate in after if name in gate and gate["day"] == then["day"]]
        if values != sorted(values):
            wrong.append(f"{name} went back: {values[-5:]}")
    return wrong


def duplicates(mock: MockTws) -> list[str]:
    """Order ids that were sent more than once, and references with more than one entry."""
    placed = [one for one in mock.received("PlaceOrder", client=1) if not one["terms"]["what_if"]]
    ids = Counter((one["order_id"], one["terms"]["quantity"]) for one in placed)  # a cut is another quantity
    twice = sorted(order_id for order_id, times in ids.items() if times > 1)
    return [f"order ids sent more than once: {twice}"] if twice else []


def trade_for_a_while(mock: MockTws, chance: random.Random) -> None:
    """Some seconds; or until a bracket has just reached TWS, whose fills and answers are on their way."""
    until_s = time.monotonic() + chance.uniform(0, TRADES_S)
    if chance.random() < 0.5:
        time.sleep(until_s - time.monotonic())
        return
    placed, until_s = len(mock.received("PlaceOrder", client=1)), time.monotonic() + 2 * TRADES_S
    while time.monotonic() < until_s and len(mock.received("PlaceOrder", client=1)) == placed:
        time.sleep(LOOK_S / 10)
    time.sleep(chance.choice((0.0, 0.0, 0.02, 0.1)))


def one_round(mock: MockTws, ib: Any, folder: Path, chance: random.Random, tally: Tally) -> None:
    """Start, sometimes kill before it is ready; else let it trade, kill it, and judge the next start."""
    before = journal(folder)[1] if list(folder.glob("data/*/journal.db")) else []
    began_s = time.monotonic()
    process = start(folder, mock.port)
    try:
        if chance.random() < 0.2:
            tally.early += 1
            time.sleep(chance.uniform(0.5, 4.0))
            return
        wrong = agree(mock, ib, folder, process)
        tally.slowest_s = max(tally.slowest_s, time.monotonic() - began_s)
        wrong += duplicates(mock) + monotone(before, journal(folder)[1])
        tally.wrong += [f"round {tally.rounds + 1}: {one}" for one in wrong]
        trade_for_a_while(mock, chance)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        tally.rounds += 1
        if list(folder.glob("data/*/journal.db")):
            state = journal(folder)[0].orders
            tally.held += bool(state.book.position)
            tally.working += any(one.is_live for one in state.orders)
            tally.brackets, tally.fills = state.brackets, len(state.book.executions)


def kill_over_and_over(folder: Path, rounds: int, seed: int, show: Any = None) -> Tally:
    """`rounds` kills and restarts in one market."""
    chance, tally = random.Random(seed), Tally()
    with MockTws(seed=seed, speed=SPEED) as mock, watcher(mock.port) as ib:
        for _ in range(rounds):
            one_round(mock, ib, folder, chance, tally)
            if show is not None:
                show(tally)
            if tally.wrong:
                break
    return tally


def main() -> int:
    """The command."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory(prefix="kill9-") as folder:

        def show(tally: Tally) -> None:
            sys.stderr.write(f"\r{tally.rounds} of {rounds} kills, {tally.brackets} brackets, {tally.fills} fills")

        tally = kill_over_and_over(Path(folder), rounds, seed, show)
        sys.stderr.write("\n")
        if tally.brackets < tally.rounds // 2:
            tally.wrong.append(f"{tally.brackets} brackets in {tally.rounds} rounds: hardly anything was going on")
        for one in tally.wrong:
            sys.stdout.write(one + "\n")
        summary = {name: getattr(tally, name) for name in Tally.__slots__ if name != "wrong"}
        sys.stdout.write(json.dumps(summary) + "\n")
        return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
