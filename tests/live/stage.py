"""The live system, real client and mock TWS in one process: virtual time, a journal in memory, faults at will."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import trio
import trio.testing

from simulator.tws.lockstep import play
from simulator.tws.memory import in_memory
from simulator.tws.world import World as Mock
from system.broker.address import Address
from system.broker.broker import Account, LiveBroker
from system.broker.door import loop
from system.domain.hours import Hours
from system.domain.instrument import ES
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.wiring.clock import VirtualClock
from system.wiring.wiring import Rules, Wiring, World
from tests.actors.stage import SETTINGS, Ears, Paper, Reel
from tests.tws.talk import a_world

ADDRESS = Address(host="memory", port=7497, client_id=1)


@dataclass
class Live:
    """All of it, running."""

    mock: Mock
    broker: LiveBroker
    wiring: Wiring
    paper: Paper
    reel: Reel
    ears: Ears
    clock: VirtualClock

    async def settle(self, seconds: float) -> None:
        """Let the market go on."""
        await trio.sleep(seconds)
        await trio.testing.wait_all_tasks_blocked()


@asynccontextmanager
async def live(
    mock: Mock | None = None,
    *,
    settings: Settings = SETTINGS,
    paper: Paper | None = None,
    spacing_s: int = 0,
    for_s: int = 7200,
    **rules: Any,
) -> AsyncIterator[Live]:
    """The live system at 10:00 New York."""
    mock = mock or a_world()
    paper, reel, ears = paper or Paper(), Reel(), Ears()
    clock = VirtualClock(mock.now_ns)
    async with loop(lambda text: ears.log("loop_failed", text=text)), trio.open_nursery() as services:
        broker = LiveBroker(
            ADDRESS,
            Account(instrument=ES, paper=True, month=lambda now_ns: wiring.month(now_ns)),
            clock=clock,
            prepare=lambda ib: in_memory(ib, mock) and None,
        )
        world = World(
            broker=broker,
            records=broker.records,
            post=broker.post,
            clock=clock,
            write=paper.write,
            remember=paper.remember,
            tape=reel,
            log=ears.log,
            decisions=ears,
        )
        link = LinkRules(hours=Hours(Calendar(settings.closures)), spacing_ns=spacing_s * SECOND_NS)
        wiring = Wiring(world, Rules(settings=settings, link=link, orders=OrderRules(), **rules))
        services.start_soon(broker.run)
        services.start_soon(play, mock, mock.now_ns + for_s * SECOND_NS)
        services.start_soon(wiring.run)
        yield Live(mock=mock, broker=broker, wiring=wiring, paper=paper, reel=reel, ears=ears, clock=clock)
        services.cancel_scope.cancel()
