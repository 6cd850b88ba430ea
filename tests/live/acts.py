"""What the failure catalogue's tests do with the live system: a quiet market, faults, what is true, and restarts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any

import numpy as np
import trio

from simulator.exchange.venue import Exchange
from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.desk.order import DeskOrder
from simulator.tws.lockstep import play
from simulator.tws.market import Market
from simulator.tws.requests import CancelOrder, PlaceOrder
from simulator.tws.world import World
from system.domain.intent import Bracket
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, TRADE, batch_of
from tests.domain.tape import new_york
from tests.live.stage import Live, live

TEN = new_york("2024-03-19 10:00:00")  # a Tuesday
BID, ASK = 20_000, 20_001


def quiet(at_ns: int = TEN, minutes: int = 20, touch: int = 50, every_s: float = 0.5) -> World:
    """A market that stands still: some times a second its touch, and a contract at the ask and at the bid in turn."""
    steps = np.arange(round(minutes * 60 / every_s))
    quotes = batch_of(
        ts_ns=at_ns + steps * round(every_s * SECOND_NS),
        kind=np.full(len(steps), QUOTE),
        bid_ticks=np.full(len(steps), BID),
        ask_ticks=np.full(len(steps), ASK),
        bid_size=touch + steps % 3,
        ask_size=touch + steps % 2,
    )
    trades = quotes.copy()
    trades["kind"], trades["price_ticks"], trades["size"] = TRADE, np.where(steps % 2, BID, ASK), 1
    tape = np.concatenate([quotes, trades])[np.arange(2 * len(steps)).reshape(2, -1).T.ravel()]
    exchange, data = Exchange(latency_ns=SECOND_NS // 20), DataDesk()
    market = Market.of([tape], exchange)
    for step in market.advance(at_ns + SECOND_NS):
        data.take(step.events, step.ts_ns)
    return World(market, data, Desk(exchange, data.board, 1), name="quiet")


class Act(Live):
    """The live system on stage, with words for what happens to it."""

    # what happens

    def inject_plan(self, text: str) -> None:
        """Let the faults of a plan begin with what happens from now on."""
        self.faults = self.mock.faults = Player(self.mock, read_plan(text, "plan"))
        self.faults.clock(trio.current_time())

    def trade(self, price: int, size: int = 50) -> None:
        """Somebody trades."""
        self.mock.advance(max(self.mock.now_ns, self.clock()))
        trade = batch_of(ts_ns=[self.mock.now_ns], kind=[TRADE], price_ticks=[price], size=[size])
        board = self.mock.data.board
        trade["bid_ticks"], trade["ask_ticks"] = board.bid_ticks, board.ask_ticks
        trade["bid_size"], trade["ask_size"] = board.bid_size, board.ask_size
        self.mock.place(trade)

    def jump(self, ticks: int) -> None:
        """The market goes there, and trades there, at both sides."""
        self.mock.advance(max(self.mock.now_ns, self.clock()))
        self.mock.move(ticks)
        self.trade(self.mock.data.board.ask_ticks, 1)
        self.trade(self.mock.data.board.bid_ticks, 1)

    async def push(self, side: int = 1) -> None:
        """Trades of one side, until the method has a signal."""
        before = len(self.ears.signals)
        for _ in range(12):
            board = self.mock.data.board
            self.trade(board.ask_ticks if side > 0 else board.bid_ticks)
            await self.settle(0.15)
            if len(self.ears.signals) > before:
                return
        raise AssertionError("no signal")

    async def enter(self, side: int = 1) -> None:
        """A signal, its bracket, and the entry's fill."""
        await self.push(side)
        assert self.outcome == "accepted"
        await self.until(lambda: self.wiring.order.state.book.position != 0, 2)

    async def until_over(self, within_s: float) -> float:
        """Wait until nothing of the bracket may fill any more."""
        return await self.until(lambda: self.bracket.is_over, within_s)

    # what is true at the broker

    @property
    def working(self) -> list[DeskOrder]:
        """Orders of ours that are not over, in order."""
        return [order for order in self.mock.desk.orders if order.client_id == 1]

    def stops(self) -> list[tuple[int, int]]:
        """Side and contracts of each stop of ours that rests."""
        return [(order.ticket.side, order.left) for order in self.working if order.is_stop]

    # what we did and know

    @property
    def bracket(self) -> Bracket:
        """The newest one."""
        assert self.wiring.order.state.bracket is not None
        return self.wiring.order.state.bracket

    @property
    def outcome(self) -> str:
        """Of the last signal."""
        return self.ears.signals[-1][1]

    @property
    def halted(self) -> str:
        """The sticky halt."""
        return self.wiring.order.state.halted

    def sent(self) -> list[PlaceOrder]:
        """Every order that has left."""
        return sent(self.mock)

    def cancels(self) -> list[int]:
        """Every cancel that has left, by order id."""
        return [said.order_id for _, said in self.mock.heard if isinstance(said, CancelOrder)]

    def told(self, name: str) -> list[str]:
        """The texts of all alerts of that name."""
        return [str(fields["text"]) for event, fields in self.ears.said if event == "alert" and fields["name"] == name]

    # what must hold

    def check(self) -> None:
        """Book and broker agree, order by order; the journal folds to the state; no order went out twice."""
        state = self.wiring.order.state
        ours = self.held + state.foreign_contracts
        assert ours == self.truth, f"the book holds {ours}, the broker {self.truth}"
        live = {order.order_id for order in state.orders if order.is_live}
        resting = {order.order_id for order in self.working}
        assert live == resting, f"live by the book: {live}, at the broker: {resting}"
        check_orders(self.mock)
        records = self.paper.remember().orders
        assert records == state, "the journal folds to another state"


def position(mock: World) -> int:
    """What the account holds."""
    return sum(contracts for _, contracts in mock.desk.positions())


def sent(mock: World) -> list[PlaceOrder]:
    """Every order that TWS has heard."""
    return [said for _, said in mock.heard if isinstance(said, PlaceOrder)]


def check_orders(mock: World) -> None:
    """No order went out twice: ids only rise, and one that comes again has new terms."""
    seen: dict[int, PlaceOrder] = {}
    for order in sent(mock):
        before = seen.get(order.order_id)
        if before is None:
            assert order.order_id > max(seen, default=0), "order ids rise"
        else:
            assert order.terms != before.terms, "an order went out twice"
        assert order.terms.order_ref, "every order has a reference"
        seen[order.order_id] = order


@asynccontextmanager
async def away(mock: World | None = None, *, touch: int = 50, **rules: Any) -> AsyncIterator[Act]:
    """The live system in a quiet market, from its start."""
    async with live(mock or quiet(touch=touch), **{"allow_partial_vwap": True, **rules}) as stage:
        it = Act(**{field.name: getattr(stage, field.name) for field in fields(stage)})
        try:
            yield it
        except AssertionError as wrong:
            wrong.add_note("\n".join(f"{event} {fields}" for event, fields in it.ears.said[-40:]))
            raise


@asynccontextmanager
async def act(mock: World | None = None, **rules: Any) -> AsyncIterator[Act]:
    """The same, ready to enter."""
    async with away(mock, **rules) as it:
        await it.ready()
        yield it


async def pass_time(mock: World, seconds: float) -> None:
    """The market goes on while we are not there."""
    await play(mock, mock.now_ns + round(seconds * SECOND_NS))
