"""Who talks to whom.

    broker ==packets==> watchdog ==packets==> market data ==packets==> confluence ==packets==> risk
      ^  ^                 |                      |                                            |  ^
      |  '----- dial, probe, subscribe ---- ask for a seed                                work |  | answers
      |                                                                                        v  |
      '------------------------------ place, cancel, ask -------------------------------------- order
                                                                                               |
                                                                 journal (written before anything is sent)

Channels are bounded: PACKETS between two actors, and what the broker holds before them; one that is full makes its
sender wait, back to the socket, and nothing is dropped. Risk and order take turns. What order reports to the watchdog
(the books agree) and what an operator asks enter the road at its beginning, as everything does.

Two nurseries: services (broker, control socket, console), which the caller opens, outlive the actors, which begin
again together when one of them fails (`system.actors.supervisor`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import trio

from system.actors.confluence import ConfluenceActor
from system.actors.market_data import MarketData
from system.actors.order import OrderActor
from system.actors.ports import Broker, Clock, Log, Post, Tape, Write
from system.actors.risk import Decisions, RiskActor
from system.actors.supervisor import ActorFailedError, Supervisor
from system.actors.watchdog import Watchdog
from system.actors.work import Answer, Work
from system.domain.errors import BnError
from system.domain.instrument import ContractMonth
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules, first
from system.domain.order_events import Journal
from system.domain.order_state import OrderState
from system.domain.protection import protects
from system.domain.road import OperatorAsked, Packet
from system.domain.roll import month_to_trade
from system.domain.session import Calendar
from system.domain.settings import Settings
from system.wiring.memory import Memory

PACKETS: Final = 16
STOP_S: Final = 4.0
LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the actors need of the world. `remember` reads the journal that `write` appends to.

    `note` is told of the watchdog's times, for a recording; `behind_ns` how long ago a time was, as the clock has it.
    """

    broker: Broker
    records: trio.MemoryReceiveChannel[Packet]
    post: Post
    clock: Clock
    write: Write
    remember: Callable[[], Memory]
    tape: Tape
    log: Log
    decisions: Decisions | None = None
    note: Callable[[str, int], None] = lambda _what, _now_ns: None
    behind_ns: Callable[[int], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what they decide. `starts_whole`: the market begins with the first subscription. `is_dry`: no orders.

    `rolls`: a contract month that is over is left for the next; the broker has to ask `Wiring.month` then.
    `checks_margin`: no entries in a session until the broker has said that the account can carry one.
    """

    settings: Settings
    link: LinkRules
    orders: OrderRules
    contract_month: ContractMonth | None = None
    allow_partial_vwap: bool = False
    starts_whole: bool = False
    is_dry: bool = False
    rolls: bool = False
    checks_margin: bool = False


class Wiring:
    """The actors, from start to stop. Those that run now can be looked at."""

    watchdog: Watchdog
    market_data: MarketData
    confluence: ConfluenceActor
    risk: RiskActor
    order: OrderActor

    def __init__(self, world: World, rules: Rules) -> None:
        self._world = world
        self._rules = rules
        self._supervisor = Supervisor()
        self._is_guard = False  # without market data: all that is left to do is to protect
        self._scope = trio.CancelScope()
        self.restarts = 0
        self._link = first(rules.link)
        self._make()

    async def run(self) -> None:
        """Until stopped. Raises LinkGaveUpError, RefusedError, StorageError, or ActorFailedError where all failed."""
        with self._scope:
            while True:
                failed = await self._run_once()
                if failed is None:
                    return
                self._begin_again(failed)

    async def stop(self) -> str:
        """No more entries; wait for what is under way, a few seconds at most; end. What is left, in words."""
        clock, world = self._world.clock, self._world
        world.post(OperatorAsked(now_ns=clock(), what="stop"))
        with trio.move_on_after(STOP_S):
            while not self.is_settled:  # noqa: ASYNC110 - the actors serve the road, not us
                await trio.sleep(LOOK_S)
        words = self.left_behind()
        world.log("stopped", text=words)
        self._scope.cancel()
        return words

    # looked at

    @property
    def is_guard(self) -> bool:
        """Whether all that is left to do is to protect: a part keeps failing."""
        return self._is_guard

    @property
    def is_settled(self) -> bool:
        """Whether what is under way has come to an end: flat without orders, or held with a proven stop."""
        state = self.order.state
        if state.bracket is None:
            return True
        if state.book.position:
            return self.is_protected and not state.bracket.entry.is_live
        return state.bracket.is_over

    @property
    def is_protected(self) -> bool:
        """Whether the broker is proven to hold a stop for all that is held."""
        state = self.order.state
        return state.up and any(protects(order, state.book.position) for order in state.orders)

    def month(self, now_ns: int) -> ContractMonth:
        """The contract month to trade on a connection made now: that of what is held, by the journal, comes first."""
        settings = self._rules.settings
        held = None if self.order.state.is_flat else self.risk.contract_month
        return month_to_trade(Calendar(settings.closures).at(now_ns).day, settings.roll_days, held)

    def left_behind(self) -> str:
        """Position and protection, in words."""
        state = self.order.state
        held = state.book.position
        unknown = [order.order_id for order in state.orders if order.state is OrderState.UNKNOWN]
        doubts = f"; not known: what became of order {', '.join(map(str, unknown))}" if unknown else ""
        if not held:
            live = [order.order_id for order in state.orders if order.is_live]
            return ("flat" if not live else f"flat, with order {', '.join(map(str, live))} not proven over") + doubts
        if self.is_protected:
            return f"{held:+d} contracts, protected by a stop that the broker has confirmed{doubts}"
        return f"{held:+d} contracts, NOT PROVEN to be protected{doubts}"

    # inside

    def _make(self) -> None:
        """New actors, from what is on disk and what is known of the link."""
        world, rules = self._world, self._rules
        memory, calendar = world.remember(), Calendar(rules.settings.closures)
        self.watchdog = Watchdog(
            self._link, rules=rules.link, broker=world.broker, clock=world.clock, log=world.log, note=world.note
        )
        self.market_data = MarketData(
            calendar=calendar,
            streams=rules.link.streams,
            broker=world.broker,
            tape=world.tape,
            log=world.log,
            starts_whole=rules.starts_whole and not self.restarts,
            is_deaf=self._is_guard,
        )
        self.confluence = ConfluenceActor(rules.settings, calendar)
        self.risk = RiskActor(
            rules.settings,
            calendar,
            contract_month=rules.contract_month,
            gate=memory.gate,
            halted=memory.orders.halted,
            max_day_loss_cents=rules.orders.max_day_loss_cents,
            behind_ns=world.behind_ns or (lambda at_ns: world.clock() - at_ns),
            log=world.log,
            decisions=world.decisions,
            allow_partial_vwap=rules.allow_partial_vwap,
            is_dry=rules.is_dry,
            traded=ContractMonth.parse(memory.contract["month"]) if memory.contract else None,
            rolls=rules.rolls,
            checks_margin=rules.checks_margin and not rules.is_dry,
        )
        self.order = OrderActor(
            memory.orders,
            rules=replace(rules.orders, commission_cents=rules.settings.commission_cents),
            broker=world.broker,
            clock=world.clock,
            write=world.write,
            post=world.post,
            log=world.log,
        )

    async def _run_once(self) -> ActorFailedError | None:
        """The actors until one of them ends; which one has failed."""
        failures: list[ActorFailedError] = []
        errors: list[BnError] = []

        async def live(name: str, run: Callable[..., Any], *channels: Any) -> None:
            try:
                await run(*channels)
            except BnError as error:
                errors.append(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is chained and counted
                failure = ActorFailedError(name)
                failure.__cause__ = error
                failures.append(failure)
            actors.cancel_scope.cancel()

        ticks_in, ticks_out = trio.open_memory_channel[Packet](PACKETS)
        batches_in, batches_out = trio.open_memory_channel[Packet](PACKETS)
        signals_in, signals_out = trio.open_memory_channel[Packet](PACKETS)
        work_in, work_out = trio.open_memory_channel[Work | tuple[Journal, ...]](1)
        answers_in, answers_out = trio.open_memory_channel[Answer](1)
        async with trio.open_nursery() as actors:
            actors.start_soon(live, "watchdog", self.watchdog.run, self._world.records, ticks_in, name="watchdog")
            actors.start_soon(live, "market data", self.market_data.run, ticks_out, batches_in, name="market data")
            actors.start_soon(live, "confluence", self.confluence.run, batches_out, signals_in, name="confluence")
            actors.start_soon(live, "risk", self.risk.run, signals_out, work_in, answers_out, name="risk")
            actors.start_soon(live, "order", self.order.run, work_out, answers_in, name="order")
        if errors:
            raise errors[0]
        return failures[0] if failures else None

    def _begin_again(self, failed: ActorFailedError) -> None:
        """Restart, or halt with protection alone, or, where even that fails, end."""
        world, now_ns = self._world, self._world.clock()
        cause = failed.__cause__
        world.log("actor_failed", actor=failed.actor, error=f"{type(cause).__name__}: {cause}", exc=cause)
        if self._is_guard:
            world.log("alert", name="actors_failed", text=f"{failed} again: the program ends; {self.left_behind()}")
            raise failed
        if not self._supervisor.may_restart(failed.actor, now_ns):
            reason = f"the {failed.actor} actor keeps failing"
            world.log("alert", name="halted", text=f"{reason}: no more entries; {self.left_behind()}")
            world.write([Journal(kind="state", now_ns=now_ns, payload={"halted": reason})])
            self._is_guard = True
        self.restarts += 1
        self._link = self.watchdog.state
        self._make()
