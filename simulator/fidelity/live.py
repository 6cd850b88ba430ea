"""One run of the live system on a tape: actors and rules as always, virtual time, and no faults."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import trio
import trio.testing

from simulator.exchange.venue import Exchange
from simulator.fidelity.journal import MemoryJournal, NoTape
from simulator.fidelity.rules import CLIENT_ID, tape_rules
from simulator.fidelity.tape_world import TapeWorld
from simulator.fidelity.watched import WatchedCore, Witness
from simulator.replay.ledger import Ledger
from simulator.replay.result import Result
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.desk.ledger import Account as DeskAccount
from simulator.tws.lockstep import Beat, Stepped
from simulator.tws.market import Market
from simulator.tws.memory import in_memory
from simulator.tws.world import World as Mock
from system.actors.ports import Broker
from system.broker.account import Account
from system.broker.address import Address
from system.broker.broker import LiveBroker
from system.broker.door import loop
from system.domain.instrument import ContractMonth
from system.domain.link_state import Phase
from system.domain.road import Packet
from system.domain.settings import SECOND_NS, Settings
from system.domain.ticks import Batch
from system.wiring.clock import VirtualClock
from system.wiring.wiring import Wiring, World

Fidelity = Literal["actors", "wire"]
ADDRESS: Final = Address(host="memory", port=7497, client_id=CLIENT_ID)
LEAD_S: Final = 1  # at least, from the system's start, at a whole second, to the tape's first event
CASH_CENTS: Final = 1 << 50  # the method knows no margin
FAULTS: Final = ("alert", "actor_failed", "bad_data", "loop_failed", "seed_failed")


@dataclass
class Said:
    """What the system logs that a run without faults has no reason for."""

    faults: list[str] = field(default_factory=list)

    def log(self, event: str, /, **fields: object) -> None:
        """Keep it."""
        if event in FAULTS:
            self.faults.append(f"{event} {fields.get('name', '')}: {fields.get('text', fields.get('error', ''))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The world that the actors get."""

    world: Stepped
    broker: Broker
    records: trio.MemoryReceiveChannel[Packet]
    post: Callable[..., None]


@asynccontextmanager
async def _actors(market: Market, settings: Settings, month: ContractMonth, said: Said) -> AsyncIterator[Part]:
    """The exchange behind the actors' port."""
    world = TapeWorld(market, month=month, client_id=CLIENT_ID, commission_cents=settings.commission_cents)
    broker = world.broker
    yield Part(world=world, broker=broker, records=broker.records, post=broker.post)


@asynccontextmanager
async def _wire(market: Market, settings: Settings, month: ContractMonth, said: Said) -> AsyncIterator[Part]:
    """The exchange behind ib_insync, bytes and the mock TWS."""
    data = DataDesk()
    account = DeskAccount(name="DU1000000", cash_cents=CASH_CENTS, commission_cents=settings.commission_cents)
    desk = Desk(market.exchange, data.board, 1, accounts=[account])
    mock = Mock(market, data, desk, name="tape")
    logging.getLogger("ib_insync").addHandler(logging.NullHandler())  # it would tell the end of the run as an error

    def prepare(ib: Any) -> None:
        in_memory(ib, mock)

    async with loop(lambda text: said.log("loop_failed", text=text)), trio.open_nursery() as services:
        clock = VirtualClock(market.now_ns)
        broker = LiveBroker(
            ADDRESS,
            Account(instrument=settings.instrument, paper=True, month=lambda _: month),
            clock=clock,
            prepare=prepare,
        )
        services.start_soon(broker.run)
        yield Part(world=mock, broker=broker, records=broker.records, post=broker.post)
        services.cancel_scope.cancel()


PARTS: Final[dict[Fidelity, Callable[..., AbstractAsyncContextManager[Part]]]] = {"actors": _actors, "wire": _wire}


async def run(
    fidelity: Fidelity,
    batches: Iterable[Batch],
    settings: Settings,
    ledger: Ledger,
    *,
    month: ContractMonth,
    mark_ns: int = SECOND_NS,
) -> tuple[Result, list[str]]:
    """The result of a tape that has events, and what the system complained of; for a `LockstepClock`."""
    market = Market.of(batches, Exchange(latency_ns=settings.order_latency_ns))
    market.singly, market.quotes_end_ns = True, lambda session: session.break_ns
    market.now_ns = (market.next_event_ns // SECOND_NS - LEAD_S) * SECOND_NS  # so that probes go with the clock's marks
    said, journal = Said(), MemoryJournal()
    async with PARTS[fidelity](market, settings, month, said) as part:
        beat = Beat(part.world)
        world = World(
            broker=part.broker,
            records=part.records,
            post=part.post,
            clock=VirtualClock(market.now_ns),
            write=journal.write,
            remember=journal.remember,
            tape=NoTape(),
            log=said.log,
            decisions=Witness(ledger),
        )
        wiring = Wiring(world, tape_rules(settings, month, mark_ns=mark_ns))
        wiring.confluence.core = core = WatchedCore(settings, ledger)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wiring.run)
            await trio.testing.wait_all_tasks_blocked()
            link = wiring.watchdog.state
            assert link.phase in (Phase.SYNCING, Phase.READY), f"the link is {link.phase.value}: {link.failure}"
            await beat.play()
            nursery.cancel_scope.cancel()
    assert not wiring.restarts, said.faults
    position, held = wiring.risk.risk.position, ledger.position
    assert position == held, f"the gate holds {position}, the fills come to {held}"
    return ledger.result(core, market.exchange.quote), said.faults
