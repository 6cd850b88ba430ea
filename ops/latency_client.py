"""The clients of `ops/bench latency`: KIND PORT FOLDER. They run until their standard input ends.

live    the whole live system: actors, journal, tape and log in FOLDER
burst   the same; says how long twenty thousand ticks took, and how late the event loop was meanwhile
bare    an asyncio ib_insync callback that places the same three orders on every trade
"""

import asyncio  # noqa: TID251 - the bare client's
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, time_ns
from typing import Any

START_NS = 1_710_856_800 * 10**9
SECOND_NS = 10**9
HERE = "127.0.0.1"
BURST = 20_000
PROBE_S = 0.001
CONNECT_S = 20.0


async def bare(port: int) -> None:
    import ib_insync

    ib = ib_insync.IB()
    await ib.connectAsync(HERE, port, clientId=1, timeout=CONNECT_S)
    (contract,) = await ib.qualifyContractsAsync(ib_insync.Future("ES", "202406", "CME", currency="USD"))
    next_id = ib.client.getReqId()

    def on_tick(ticker: Any) -> None:
        nonlocal next_id
        for tick in ticker.tickByTicks:
            if isinstance(tick, ib_insync.TickByTickAllLast):
                orders = ib_insync.Order, ib_insync.Order, ib_insync.Order
                entry, target, stop = (kind(totalQuantity=1, orderRef="bare", outsideRth=True) for kind in orders)
                entry.action, entry.orderType = "BUY", "MKT"
                target.action, target.orderType, target.lmtPrice = "SELL", "LMT", tick.price + 4
                stop.action, stop.orderType, stop.auxPrice = "SELL", "STP", tick.price - 2
                for number, order in enumerate((entry, target, stop)):
                    order.orderId = next_id + number
                    order.parentId = next_id if number else 0
                    order.tif = "GTC" if number else "DAY"
                    order.transmit = number == 2
                    ib.placeOrder(contract, order)
                next_id += 3

    for kind in ("Last", "BidAsk"):
        ticker = ib.reqTickByTickData(contract, kind)
    ticker.updateEvent.connect(on_tick, keep_ref=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    ib.disconnect()


def complain(level: str, line: str) -> None:
    if level == "ERROR":
        sys.stderr.write(f"{line}\n")


class Counted:
    """The live tape, and when how much of it came."""

    def __init__(self, tape: Any) -> None:
        self._tape = tape
        self.contract = tape.contract
        self.came: list[tuple[float, int]] = []

    def record(self, batch: Any, now_ns: int) -> None:
        self._tape.record(batch, now_ns)
        self.came.append((perf_counter(), len(batch)))


async def live(port: int, folder: Path, *, probes: bool) -> None:
    import trio

    from system.broker.address import Address
    from system.broker.broker import Account, LiveBroker
    from system.broker.door import guard, loop
    from system.domain.confluence import Confluence
    from system.domain.hours import Hours
    from system.domain.instrument import ES, front_month
    from system.domain.limits import OrderRules
    from system.domain.link_state import LinkRules
    from system.domain.profile import Profile
    from system.domain.session import Calendar
    from system.domain.settings import Settings
    from system.storage.journal.journal import Journal
    from system.wiring.clock import VirtualClock
    from system.wiring.log import EventLog
    from system.wiring.memory import remember
    from system.wiring.recorder import Recorder
    from system.wiring.service import append
    from system.wiring.wiring import Rules, Wiring, World

    eager = Profile(
        name="eager",
        features="final",
        weights=(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        long_above=0.0001,
        short_below=-0.9,
        window_trades=4,
        trigger="level",
        adapts=False,
    )
    settings = Settings(
        profile=eager,
        min_time_between_signals_ns=1,
        max_signals_per_minute=1_000_000,
        max_trades_per_day=1_000_000,
        cooldown_after_loss_ns=0,
        max_consecutive_losses=1_000_000,
        max_daily_loss_cents=1_000_000_000,
        order_latency_ns=SECOND_NS // 1000,
    )
    Confluence(settings).compile()  # before the clock runs
    calendar, clock = Calendar(), VirtualClock(START_NS)
    (folder / "tapes").mkdir(parents=True)
    log = EventLog(folder / "logs", time_ns, complain)
    broker = LiveBroker(
        Address(host=HERE, port=port, client_id=1),
        Account(instrument=ES, paper=True, month=lambda now_ns: front_month(calendar.at(now_ns).day, 8)),
        clock=clock,
        prepare=lambda ib: guard(ib) and None,
    )
    tape = Counted(Recorder(folder / "tapes", "ES", calendar=calendar, clock=clock, post=broker.post, log=log))
    late_s: list[tuple[float, float]] = []

    async def probe() -> None:
        while True:
            due_s = perf_counter() + PROBE_S
            await trio.sleep(PROBE_S)
            late_s.append((perf_counter(), perf_counter() - due_s))

    with Journal.open(folder / "journal.db", "DU1", create=True) as journal:
        world = World(
            broker=broker,
            records=broker.records,
            post=broker.post,
            clock=clock,
            write=lambda records: append(journal, records),
            remember=lambda: remember(journal.records()),
            tape=tape,
            log=log,
        )
        rules = Rules(
            settings=settings,
            link=LinkRules(hours=Hours(calendar), spacing_ns=0),
            orders=OrderRules(max_orders_per_minute=1_000_000, max_day_loss_cents=1_000_000_000),
            starts_whole=True,
        )
        async with loop(lambda text: log("loop_failed", text=text)), trio.open_nursery() as nursery:
            nursery.start_soon(broker.run)
            nursery.start_soon(Wiring(world, rules).run)
            if probes:
                nursery.start_soon(probe)
            await trio.to_thread.run_sync(sys.stdin.read)
            nursery.cancel_scope.cancel()
    log.close()
    if probes:
        sys.stdout.write(json.dumps(of_burst(tape.came, late_s)))


def of_burst(came: list[tuple[float, int]], late_s: list[tuple[float, float]]) -> dict[str, float]:
    """The last `BURST` ticks of all."""
    left, first = BURST, len(came)
    while left > 0:
        first -= 1
        left -= came[first][1]
    began_s, ended_s = came[first][0], came[-1][0]
    worst_s = max(late for at_s, late in late_s if began_s - 0.1 <= at_s <= ended_s + 0.1)
    return {
        "ticks": BURST - left,
        "took_ms": round((ended_s - began_s) * 1e3, 1),
        "us_per_tick": round((ended_s - began_s) * 1e6 / BURST, 1),
        "loop_late_at_most_ms": round(worst_s * 1e3, 1),
    }


def main(kind: str, port: int, folder: Path) -> None:
    if kind == "bare":
        asyncio.run(bare(port))
        return
    import trio

    run: Callable[..., Any] = live
    trio.run(lambda: run(port, folder, probes=kind == "burst"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
