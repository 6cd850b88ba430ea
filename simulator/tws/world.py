"""The world that clients share: one market, one desk, and who is connected. No I/O; the market's time is handed in."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import numpy.typing as npt

from simulator.exchange.orders import Filled
from simulator.tws import requests as ask
from simulator.tws.codes import warning
from simulator.tws.data import hours
from simulator.tws.data.feed import Feed
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.desk.office import Addressed
from simulator.tws.market import NOTHING, Market, Step
from simulator.tws.notices import (
    Error,
    FamilyCodes,
    ManagedAccounts,
    NewsProviders,
    NextValidId,
    Notice,
    ScannerParameters,
    SoftDollarTiers,
    UserInfo,
)
from simulator.tws.requests import Request
from simulator.tws.session import Session
from system.domain.errors import InputError
from system.domain.settings import SECOND_NS
from system.domain.ticks import GAP, QUOTE, empty_batch

BRAND: Final = "bn mock-tws"  # so that whoever asks knows that its clock is its own
FARMS: Final = ((2104, "usfuture"), (2106, "ushmds"), (2158, "secdefil"))  # said to be well at the start
HEARD_MAX: Final = 10_000  # messages from clients that are kept to be looked at
DESK_REQUESTS: Final = (
    *(ask.ReqOpenOrders, ask.ReqAllOpenOrders, ask.ReqAutoOpenOrders, ask.ReqCompletedOrders, ask.ReqExecutions),
    *(ask.ReqAccountUpdates, ask.ReqAccountSummary, ask.CancelAccountSummary, ask.ReqPositions, ask.CancelPositions),
    *(ask.ReqPositionsMulti, ask.CancelPositionsMulti, ask.ReqAccountUpdatesMulti, ask.CancelAccountUpdatesMulti),
    *(ask.ReqPnL, ask.CancelPnL, ask.ReqPnLSingle, ask.CancelPnLSingle),
)


class Faults(Protocol):
    """What may stand between sessions and clients. The transport says what time it is, by `next_s` at the latest."""

    on_due: Callable[[], None]  # the transport's wake-up: `next_s` has changed

    def clock(self, at_s: float) -> None:
        """Do what is due."""

    @property
    def next_s(self) -> float:
        """When something is due."""

    def greet(self, session: Session, data: bytes) -> None:
        """Send a connection's greeting, or do otherwise."""

    def version(self, agreed: int) -> int:
        """The version that a greeting says."""

    def refuses(self, session: Session, client_id: int) -> bool:
        """Whether a client id is said to be in use."""

    def say(self, session: Session, notice: Notice) -> None:
        """Send what TWS says, or do otherwise."""

    def hear(self, session: Session, request: Request) -> None:
        """Let TWS answer a request, or do otherwise."""

    def deafens(self, session: Session) -> bool:
        """Whether what a client sends is left unread."""

    def left(self, session: Session) -> None:
        """A connection is about to end."""

    def inject(self, kind: str, for_text: str | None, client: int | None, settings: Mapping[str, Any]) -> str:
        """Let a fault begin now; what it is, in words."""


class World:
    """`advance` moves the market's time; a `Session` is made for each connection and asks through `ask`."""

    def __init__(self, market: Market, data: DataDesk, desk: Desk, *, name: str) -> None:
        self.name = name
        self.market = market
        self.data = data
        self.desk = desk
        self.connections: dict[Session, None] = {}  # all of them
        self.sessions: dict[int, Session] = {}  # those that have said who they are
        self.feeds: dict[int, Feed] = {}
        self._seen_ns = 0
        self.heard: deque[tuple[int, Request]] = deque(maxlen=HEARD_MAX)  # with who sent it
        self.faults: Faults | None = None
        self.listens = True  # whether a connection can be made
        self.log_wire: Callable[[Session, str, Any], None] | None = None
        self.clock: Callable[[], int] | None = None  # the market's time between two steps, where somebody keeps it
        self.on_due: Callable[[], None] = lambda: None  # `next_ns` may have come nearer
        self.stepped: list[Callable[[], None]] | None = None  # within a step: what is to be handed out at its end

    @property
    def now_ns(self) -> int:
        """The market's time, nanoseconds UTC."""
        return self.market.now_ns

    @property
    def next_ns(self) -> int:
        """When something happens next that nobody asks for, or FOREVER_NS."""
        dues = [self.market.next_due_ns, self.desk.next_due_ns]
        dues += [feed.next_due_ns for feed in self.feeds.values()]
        return min(dues)

    @property
    def has_ended(self) -> bool:
        """Whether the tape has no event left."""
        return self.market.has_ended

    def time_text(self) -> str:
        """When the connection was made, as TWS says it in its greeting."""
        return datetime.fromtimestamp(self.now_ns // SECOND_NS, UTC).strftime("%Y%m%d %H:%M:%S UTC")

    # time

    def advance(self, to_ns: int) -> None:
        """Play the market up to and with `to_ns`, and tell everybody what it brings."""
        desk_ns = self.desk.next_due_ns
        while True:
            due_ns = min(desk_ns, to_ns)
            for step in self.market.advance(max(due_ns, self.now_ns)):
                self._take(step)
                desk_ns = self.desk.next_due_ns
            if self._seen_ns < self.now_ns:
                self._see(NOTHING, self.now_ns)
            if due_ns < to_ns or desk_ns <= to_ns:
                self.deliver(self.desk.clock(self.now_ns))
                desk_ns = self.desk.next_due_ns
            if self.now_ns >= to_ns and desk_ns > to_ns:
                return

    def step(self, to_ns: int) -> None:
        """Advance, and let what is told reach clients in memory before it returns."""
        waiting: list[Callable[[], None]] = []
        self.stepped = waiting
        try:
            self.advance(to_ns)
        finally:
            self.stepped = None
        for hand_out in waiting:
            hand_out()

    def catch_up(self) -> None:
        """Let the time pass that has gone since the last step; what is due at this very instant is still to come."""
        now_ns = self.now_ns if self.clock is None else min(self.clock(), self.next_ns)
        if now_ns > self.now_ns:
            self.market.now_ns = now_ns
            self._see(NOTHING, now_ns)

    def place(self, events: npt.NDArray[Any]) -> None:
        """Play events that are not on the tape, stamped `now_ns`."""
        for step in self.market.place(events):
            self._take(step)

    def move(self, by_ticks: int) -> bool:
        """Shift the touch now, and the tape from here on; whether there was a touch to shift."""
        board = self.data.board
        if not board.bid_size or not board.ask_size or board.bid_ticks + by_ticks <= 0:
            return False
        event = empty_batch(1)
        event["ts_ns"], event["kind"] = self.now_ns, QUOTE
        event["bid_ticks"], event["ask_ticks"] = board.bid_ticks + by_ticks, board.ask_ticks + by_ticks
        event["bid_size"], event["ask_size"] = board.bid_size, board.ask_size
        self.market.shift(by_ticks)
        self.place(event)
        return True

    def halt(self) -> None:
        """Nobody quotes or trades until as many `resume` have come: METHOD.md's rules for a missing quote hold."""
        self.market.halts += 1
        self._say_halts(+1)
        if hours.is_open(self.now_ns):
            gap = empty_batch(1)
            gap["ts_ns"], gap["kind"] = self.now_ns, GAP
            self.place(gap)

    def resume(self) -> None:
        """The market opens again where the tape is by then, unless another halt lasts."""
        self.unlock()
        self._say_halts(-1)

    def _say_halts(self, more: int) -> None:
        before = self.data.halted
        self.data.halts += more
        if self.data.halted != before:
            for session in list(self.sessions.values()):
                self._tell_data(session, Feed.tell_halted)

    def lock(self, *, up: bool) -> None:
        """One side is gone and nobody trades until `unlock`: the price stands at its limit."""
        self.market.halts += 1
        board = self.data.board
        if hours.is_open(self.now_ns):
            quote = empty_batch(1)
            quote["ts_ns"], quote["kind"] = self.now_ns, QUOTE
            quote["bid_ticks"], quote["ask_ticks"] = board.bid_ticks, board.ask_ticks
            quote["bid_size"], quote["ask_size"] = (board.bid_size, 0) if up else (0, board.ask_size)
            self.place(quote)

    def unlock(self) -> None:
        """The tape goes on, unless something else holds it."""
        self.market.halts -= 1
        assert self.market.halts >= 0

    def fill(self, client_id: int, order_id: int, contracts: int, price_ticks: int | None) -> int:
        """Fill a client's working order, whatever the market does: `contracts`, or all that is left for 0.

        Returns how many. Raises InputError for an order that does not work at the exchange.
        """
        found = [order for order in self.desk.orders if (order.client_id, order.order_id) == (client_id, order_id)]
        reports = self.market.exchange.fill(found[0].perm_id, contracts, price_ticks, self.now_ns) if found else []
        if not reports:
            raise InputError(f"order {order_id} of client {client_id}: expected one that works at the exchange")
        self.deliver(self.desk.take(reports, self.now_ns))
        self._see(NOTHING, self.now_ns)
        return sum(report.contracts for report in reports if isinstance(report, Filled))

    def _take(self, step: Step) -> None:
        """What a step brings, in the order of METHOD.md 7: a fill is known before the event that made it is seen."""
        events = step.events
        if not step.reports:
            self._see(events, step.ts_ns)
            return
        before = len(events)
        if before and step.ts_ns == events["ts_ns"][-1]:
            before -= 1
        if before:
            self._see(events[:before], int(events["ts_ns"][before - 1]))
        self.deliver(self.desk.take(step.reports, step.ts_ns))
        self._see(events[before:], step.ts_ns)

    def _see(self, events: npt.NDArray[Any], now_ns: int) -> None:
        self._seen_ns = now_ns
        self.data.take(events, now_ns)
        for client_id, feed in list(self.feeds.items()):  # who does not read is cut off
            if (notices := feed.take(now_ns)) and client_id in self.sessions:
                say = self.sessions[client_id].say
                for notice in notices:
                    say(notice)

    def deliver(self, addressed: Iterable[Addressed]) -> None:
        """Tell each client what is for it; one that is not connected misses it."""
        for client_id, notice in addressed:
            session = self.sessions.get(client_id)
            if session is not None:
                session.say(notice)

    # clients

    def came(self, session: Session, client_id: int) -> bool:
        """Let a client in, unless its id is in use."""
        if client_id in self.sessions:
            return False
        self.sessions[client_id] = session
        session.client_id = client_id
        self.feeds[client_id] = Feed(self.data)
        session.say(ManagedAccounts(accounts=self.desk.account))
        session.say(NextValidId(order_id=self.desk.next_id(client_id)))
        for code, farm in FARMS:
            session.say(warning(code, farm))
        return True

    def left(self, session: Session) -> None:
        """A client is gone; its orders stay."""
        self.connections.pop(session, None)
        client_id = session.client_id
        if client_id is not None and self.sessions.get(client_id) is session:
            del self.sessions[client_id]
            self.feeds.pop(client_id).close()
            self.desk.client_left(client_id)

    def forget_data(self, session: Session) -> None:
        """All that a client has asked for of the market is gone; it is told nothing of it."""
        if session.client_id in self.feeds:
            self.feeds[session.client_id].close()
            self.feeds[session.client_id] = Feed(self.data)

    def interrupt_data(self, session: Session) -> None:
        """Another session takes a client's live data away: 10197 for each of its subscriptions."""
        self._tell_data(session, Feed.interrupted)

    def renew_depth(self, session: Session) -> None:
        """A client's books of depth are told anew, each after a 317."""
        self._tell_data(session, lambda feed: feed.depth.reset())

    def _tell_data(self, session: Session, say: Callable[[Feed], Iterable[Notice]]) -> None:
        if session.client_id in self.feeds:
            for notice in say(self.feeds[session.client_id]):
                session.say(notice)

    def ask(self, session: Session, request: Request) -> None:
        """Do what a client asks."""
        client_id = session.client_id
        assert client_id is not None
        self.catch_up()
        desk, now_ns = self.desk, self.now_ns
        match request:
            case ask.PlaceOrder():
                self.deliver(desk.place(client_id, request, now_ns))
                self.on_due()
            case ask.CancelOrder():
                self.deliver(desk.cancel(client_id, request.order_id, now_ns))
                self.on_due()
            case ask.ReqGlobalCancel():
                self.deliver(desk.cancel_all(now_ns))
            case ask.ReqIds():
                session.say(NextValidId(order_id=desk.next_id(client_id)))
            case ask.ReqCurrentTime():
                session.tell_time()
            case ask.SetServerLogLevel() | ask.ReqNewsBulletins() | ask.CancelNewsBulletins():
                pass  # heard, and there is nothing to tell
            case _ if isinstance(request, DESK_REQUESTS):
                self.deliver(desk.ask(client_id, request, now_ns))
            case _:
                for notice in self._small(request) or self.feeds[client_id].ask(request, now_ns):
                    session.say(notice)

    def _small(self, request: Request) -> list[Notice] | None:
        """What needs no market and no desk; None: it does."""
        match request:
            case ask.ReqManagedAccounts():
                return [ManagedAccounts(accounts=self.desk.account)]
            case ask.ReqUserInfo():
                return [UserInfo(req_id=request.req_id, white_branding=BRAND)]
            case ask.ReqFamilyCodes():
                return [FamilyCodes(codes=((self.desk.account, ""),))]
            case ask.ReqSoftDollarTiers():
                return [SoftDollarTiers(req_id=request.req_id)]
            case ask.ReqNewsProviders():
                return [NewsProviders()]
            case ask.ReqScannerParameters():
                return [ScannerParameters(xml="<ScanParameterResponse/>")]
            case ask.Unsupported():
                text = f"Error validating request.-'b{request.message_id}' : cause - {request.name} is not served here"
                return [Error(req_id=request.req_id, code=321, text=text)]
            case _:
                return None
