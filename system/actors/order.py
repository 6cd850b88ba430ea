"""The order actor: steps the order brain, writes what it decides to the journal, and then has it done."""

from typing import assert_never

import trio

from system.actors.hand_on import hand_on
from system.actors.ports import Broker, Clock, Log, Post, Write
from system.actors.work import Answer, Work
from system.domain import link_events as link
from system.domain.limits import OrderRules
from system.domain.order import shut_because, step
from system.domain.order_events import (
    Alert,
    Ask,
    AskMargin,
    Cancel,
    Command,
    ContractDone,
    Corrected,
    EntryEnded,
    Filled,
    Halt,
    Journal,
    LinkChanged,
    NextIdTold,
    OrderEvent,
    Place,
    Reconciled,
)
from system.domain.order_log import State
from system.domain.road import BooksAsked, ContractTold, LinkFell

Deed = Place | Cancel | Ask | AskMargin | Alert | Reconciled | ContractDone


class OrderActor:
    """`state` is the fold of the journal; what the broker has not proven in it is in doubt until asked."""

    def __init__(
        self, state: State, *, rules: OrderRules, broker: Broker, clock: Clock, write: Write, post: Post, log: Log
    ) -> None:
        self.state = state
        self._rules = rules
        self._broker = broker
        self._clock = clock
        self._write = write
        self._post = post
        self._log = log
        self._next_id: NextIdTold | None = None  # of this connection: told before the books are asked for
        self._now_ns = 0  # of the event in hand
        self._number = 0  # of the watchdog's last question for the books

    async def run(
        self,
        inbox: trio.MemoryReceiveChannel[Work | tuple[Journal, ...]],
        answers: trio.MemorySendChannel[Answer],
    ) -> None:
        """Two exchanges for each event."""
        async for work in inbox:
            assert isinstance(work, Work)
            commands = self._think(work)
            await hand_on(answers, self._answer(commands))
            records = await inbox.receive()
            assert isinstance(records, tuple)
            self._act(work.records, commands, records)

    def _answer(self, commands: list[Command]) -> Answer:
        bracket = self.state.bracket
        return Answer(
            told=tuple(command for command in commands if isinstance(command, Filled | Corrected | EntryEnded | Halt)),
            held=self.state.book.position,
            is_over=bracket is None or bracket.is_over,
            shut=shut_because(self.state, self._now_ns),
        )

    def _think(self, work: Work) -> list[Command]:
        """Step the brain through what has happened; nothing has been done yet."""
        times_ns = [each.now_ns for each in work.records] if work.event is None else [work.event.now_ns]
        self._now_ns = max([self._now_ns, *times_ns])
        if work.event is None:
            return []
        commands: list[Command] = []
        for event in self._events(work):
            self.state, more = step(self.state, event, self._rules)
            commands += more
        return commands

    def _events(self, work: Work) -> list[OrderEvent]:
        event = work.event
        match event:
            case None | ContractTold():
                return []
            case LinkFell():
                self._next_id = None
                return [LinkChanged(now_ns=event.now_ns, generation=event.generation, up=False)]
            case BooksAsked():
                self._number = event.number
                events: list[OrderEvent] = [LinkChanged(now_ns=event.now_ns, generation=event.generation, up=True)]
                if self._next_id is not None and self._next_id.generation == event.generation:
                    events.append(self._next_id)
                return events
            case NextIdTold():
                self._next_id = event
                return [event]
            case _:
                return [event]

    def _act(self, before: tuple[Journal, ...], commands: list[Command], after: tuple[Journal, ...]) -> None:
        """On disk first; then the wire."""
        records = [*before, *(command for command in commands if isinstance(command, Journal)), *after]
        if records:
            self._write(records)
        for command in commands:
            if isinstance(command, Deed):
                self._do(command)

    def _do(self, deed: Deed) -> None:
        match deed:
            case Place() | Cancel():
                self._broker.do(deed)
                self._log("order", **_words(deed))
            case Ask() | AskMargin():
                self._broker.do(deed)
            case Alert():
                self._log("alert", name=deed.event, text=deed.text)
            case Reconciled():
                self._log("reconciled", generation=deed.generation, position=self.state.book.position)
                now_ns = self._clock()
                self._post(link.Reconciled(now_ns=now_ns, generation=deed.generation, number=self._number))
            case ContractDone():
                self._post(link.ContractLeft(now_ns=self._clock(), generation=deed.generation))
            case _:
                assert_never(deed)


def _words(deed: Place | Cancel) -> dict[str, object]:
    if isinstance(deed, Cancel):
        return {"do": "cancel", "order_id": deed.order_id}
    return {
        "do": "place",
        "ref": deed.orders[0].ref,
        "orders": [
            f"{order.order_id} {'buy' if order.side > 0 else 'sell'} {order.contracts} {order.type}"
            + (f" at {order.limit_ticks or order.stop_ticks} ticks" if order.type != "MKT" else "")
            for order in deed.orders
        ],
    }
