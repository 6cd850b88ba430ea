"""One connection to TWS, from the dial to its end: a fresh `IB()`, whose decoder is an `Ear`."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import ib_insync
import trio

from system.broker.address import Address, account_fault
from system.broker.asked import BARS_DEADLINE_S, CONTRACTS_MAX, DEADLINE_S, Asked, future
from system.broker.dial import LATER_S, NoConnectionError, dial
from system.broker.ear import Ear
from system.broker.pace import Pace
from system.broker.terms import order_of
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.order_events import Terms
from system.domain.road import AskSeed, ContractTold, Packet, Record
from system.domain.settings import DAY_S, MINUTE_S, SECOND_NS

if TYPE_CHECKING:
    from system.broker.broker import Account

CONNECT_S: Final = 10.0
UNIX_SECONDS: Final = 2  # how bars are to be dated

Inquiry = link.Probe | link.Subscribe | link.Resubscribe | AskSeed | order.Ask


class Line:
    """`put` takes each packet that comes in, all of one read of the socket together."""

    def __init__(
        self,
        generation: int,
        address: Address,
        account: "Account",
        *,
        clock: Callable[[], int],
        put: Callable[["Line", Packet], None],
        prepare: Callable[[Any], None],
        wire: Callable[[int, str, int, bytes], None] | None,
    ) -> None:
        self.generation = generation
        self.is_paused = False
        self._address = address
        self._account = account
        self._clock = clock
        self._put = put
        self._prepare = prepare
        self._wire = wire
        self._now_ns = 0  # of the packet in hand
        self._in_packet = False
        self._asked = Asked(generation, self._stamp_ns, self._say)
        self._ear = Ear(generation, self._stamp_ns, self._asked)
        self._pace = Pace()
        self._over = trio.Event()
        self._name = ""
        self._contract: Any = None
        self._queued: list[order.Ask] = []  # for open orders, while the list is being told
        self._scope = trio.CancelScope()
        self._client: Any = None

    # life

    async def run(self) -> None:
        """Dial, prove whose account and which contract it is, and stay until the connection ends."""
        with self._scope:
            ib: Any = ib_insync.IB()
            client = self._client = ib.client
            self._prepare(ib)
            client.MaxRequests = 0
            client.decoder = self._ear
            client._tcpDataArrived = self._arrived
            client._tcpDataProcessed = self._processed
            client.conn.disconnected.connect(self._lost, keep_ref=True)
            client.conn.hasData.error_event.connect(self._failed, keep_ref=True)
            if self._wire is not None:
                self._listen(client.conn, self._wire)
            try:
                async with trio.open_nursery() as nursery:
                    self._nursery = nursery
                    nursery.start_soon(self._pace.run)
                    await self._greet()
                    await self._over.wait()
                    nursery.cancel_scope.cancel()
            finally:
                client.conn.disconnect()

    async def _greet(self) -> None:
        address = self._address
        try:
            await dial(
                self._client,
                lambda: self._client.connectAsync(address.host, address.port, address.client_id, CONNECT_S + LATER_S),
                address,
                self._codes,
                CONNECT_S,
            )
        except NoConnectionError as wrong:
            self._over.set()
            self._say(link.DialFailed(**self._stamp, reason=str(wrong)))
            return
        if not self._client.isReady():  # it has ended behind the last word of the greeting
            self._over.set()
            self._say(link.DialFailed(**self._stamp, reason=f"{address} closed the connection"))
            return
        accounts = self._client.getAccounts()
        self._say(link.Connected(**self._stamp))
        fault = account_fault(accounts, address.port, paper=self._account.paper, expected=self._account.expected)
        if fault:
            self._say(link.AccountRefused(**self._stamp, reason=fault))
            return
        self._name = accounts[0]
        month = self._account.month(self._clock())
        req_id = self._asked.new_id()
        self._inquire(
            req_id,
            lambda known, found: self._take_contract(known, found, req_id),
            lambda: self._client.reqContractDetails(
                req_id, future(self._account.instrument.symbol, month.year, month.month)
            ),
            DEADLINE_S,
        )

    def _take_contract(self, known: bool, found: list[Any], req_id: int) -> None:
        """Exactly one contract, whose terms are the configured ones (F51)."""
        instrument, month = self._account.instrument, self._account.month(self._clock())
        if not known:
            self._end(f"no contract {instrument.symbol} {month} was told")
            return
        fault = f"{min(len(found), CONTRACTS_MAX)} contracts for {instrument.symbol} {month}; expected one"
        if len(found) == 1:
            terms = (float(found[0].contract.multiplier), found[0].minTick)
            wanted = (float(instrument.usd_per_point), float(instrument.tick))
            fault = "" if terms == wanted else f"multiplier and tick are {terms}; expected {wanted}"
        if fault:
            self._say(link.AccountRefused(**self._stamp, reason=fault))
            return
        self._contract = found[0].contract
        self._ear.con_id = self._contract.conId
        told = ContractTold(
            **self._stamp, month=month, con_id=self._contract.conId, local_symbol=self._contract.localSymbol
        )
        self._say(told)
        self._say(link.Verified(**self._stamp))

    def abort(self) -> None:
        """End at once, telling nothing."""
        self._over.set()
        self._scope.cancel()
        if self._client is not None:
            self._client.conn.disconnect()

    def pause(self) -> None:
        """Read no more for now: the road is full."""
        transport = self._client.conn.transport
        if not self.is_paused and hasattr(transport, "pause_reading"):
            self.is_paused = True
            transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        self.is_paused = False
        transport = self._client.conn.transport
        if transport is not None:
            transport.resume_reading()

    def _lost(self, text: str) -> None:
        broken = getattr(self._client.conn, "broken", None)
        self._end(f"TWS sent {broken}" if broken else text or "TWS hung up")

    def _failed(self, _event: Any, error: BaseException) -> None:
        """Something of ours failed while it took a packet; the library would log it and go on (F41)."""
        self._in_packet = False
        self._end(f"what TWS sent could not be taken: {type(error).__name__}: {error}")
        self._client.conn.disconnect()

    def _end(self, reason: str) -> None:
        if self._over.is_set():
            return
        was_greeted = bool(self._name)
        self._over.set()
        if was_greeted or self._client.isReady():
            self._say(link.ConnectionLost(**self._stamp, reason=reason))

    # in

    def _stamp_ns(self) -> int:
        """The packet's time within one; else now."""
        return self._now_ns if self._in_packet else self._clock()

    @property
    def _stamp(self) -> dict[str, int]:
        return {"now_ns": self._stamp_ns(), "generation": self.generation}

    def _arrived(self) -> None:
        self._now_ns, self._in_packet = self._clock(), True

    def _processed(self) -> None:
        records = self._ear.take()
        self._in_packet = False
        if records:
            self._put(self, Packet(now_ns=self._now_ns, records=records))

    def _say(self, record: Record) -> None:
        """Tell something: in its place within a packet, or by itself."""
        if self._in_packet:
            self._ear.records.append(record)
        else:
            self._put(self, Packet(now_ns=self._clock(), records=(record,)))

    def _codes(self) -> list[int]:
        """Those told while dialling."""
        return self._ear.codes

    def _listen(self, conn: Any, wire: Callable[[int, str, int, bytes], None]) -> None:
        """Show every byte both ways."""
        send = conn.sendMsg

        def sent(data: bytes) -> None:
            wire(self.generation, "out", self._clock(), data)
            send(data)

        conn.sendMsg = sent
        handle = self._client._onSocketHasData
        conn.hasData.disconnect(handle)

        def came(data: bytes) -> None:
            wire(self.generation, "in", self._clock(), data)
            handle(data)

        conn.hasData.connect(came, keep_ref=True)

    # out

    def place(self, orders: tuple[Terms, ...]) -> bool:
        """Send orders as one write; whether the bytes have left."""
        client = self._client if self._name and not self._over.is_set() else None
        if client is None or self._contract is None or not client.isConnected():
            return False
        conn, frames = client.conn, list[bytes]()
        send = conn.sendMsg
        conn.sendMsg = frames.append
        try:
            for terms in orders:
                client.placeOrder(
                    terms.order_id,
                    self._contract,
                    order_of(terms, self._name, transmit=terms is orders[-1]),
                )
        finally:
            conn.sendMsg = send
        conn.sendMsg(b"".join(frames))
        return True

    def cancel(self, order_id: int) -> None:
        """Ask for a cancel."""
        if self._name and self._client.isConnected():
            self._client.cancelOrder(order_id)

    def ask(self, inquiry: Inquiry) -> None:
        """Ask, in its turn."""
        if self._over.is_set() or not self._client.isConnected():
            if isinstance(inquiry, order.Ask):
                self._answer(inquiry)(False, [])
            return
        match inquiry:
            case link.Probe():
                self._pace.soon(self._guarded(self._client.reqCurrentTime))
            case link.Subscribe() | link.Resubscribe():
                self._subscribe(inquiry.stream)
            case AskSeed():
                self._ask_bars(inquiry)
            case order.Ask():
                self._ask_books(inquiry)

    def _subscribe(self, stream: str) -> None:
        for req_id in [req_id for req_id, name in self._ear.streams.items() if name == stream]:
            del self._ear.streams[req_id]
            self._pace.soon(self._guarded(partial(self._client.cancelTickByTickData, req_id)))
        req_id = self._asked.new_id()
        self._ear.streams[req_id] = stream
        self._pace.soon(self._guarded(lambda: self._client.reqTickByTickData(req_id, self._contract, stream, 0, False)))

    def _ask_bars(self, asked: AskSeed) -> None:
        req_id = self._asked.new_id()
        seconds = -(-max(self._clock() - asked.opened_ns, SECOND_NS) // (MINUTE_S * SECOND_NS)) * MINUTE_S
        self._inquire(
            req_id,
            self._asked.answer_seed(asked),
            lambda: self._client.reqHistoricalData(
                req_id,
                self._contract,
                "",
                f"{min(seconds, DAY_S)} S",
                "1 min",
                "TRADES",
                0,
                UNIX_SECONDS,
                False,
                [],
            ),
            BARS_DEADLINE_S,
        )

    def _ask_books(self, asked: order.Ask) -> None:
        client = self._client
        if asked.question == "open_orders":
            if self._asked.is_open(0):
                self._queued = [asked]  # an earlier one that waits is answered by the later
                return
            self._inquire(0, self._answer(asked), client.reqAllOpenOrders, DEADLINE_S, self._no_orders)
            return
        req_id = self._asked.new_id()
        if asked.question == "executions":
            wanted = ib_insync.ExecutionFilter(acctCode=self._name)
            self._inquire(req_id, self._answer(asked), lambda: client.reqExecutions(req_id, wanted), DEADLINE_S)
            return

        answer = self._answer(asked)

        def end(known: bool, items: list[Any]) -> None:
            answer(known, items)
            self._pace.soon(self._guarded(lambda: client.cancelPositionsMulti(req_id)))

        self._inquire(req_id, end, lambda: client.reqPositionsMulti(req_id, self._name, ""), DEADLINE_S)

    def _answer(self, asked: order.Ask) -> Callable[[bool, list[Any]], None]:
        if asked.question == "executions":
            return self._asked.answer_executions(asked.number)
        if asked.question == "positions":
            return self._asked.answer_positions(asked.number)
        answer = self._asked.answer_orders(asked.number)

        def end(known: bool, items: list[Any]) -> None:
            answer(known, items)
            waiting, self._queued = self._queued, []
            for later in waiting:
                if known:
                    self._ask_books(later)
                else:
                    self._asked.answer_orders(later.number)(False, [])

        return end

    def _no_orders(self) -> None:
        """The list did not end: no later end could be told from the missing one, so this connection has to (F03)."""
        self._end("the list of open orders did not end")
        self._client.conn.disconnect()

    def _inquire(
        self,
        req_id: int,
        end: Callable[[bool, list[Any]], None],
        send: Callable[[], Any],
        within_s: float,
        late: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask a question that has an end and a deadline, counted from now."""
        self._asked.begin(req_id, end)
        self._pace.soon(self._guarded(send))
        self._nursery.start_soon(self._asked.expire, req_id, within_s, late)

    def _guarded(self, send: Callable[[], Any]) -> Callable[[], None]:
        """Nothing is sent on a connection that has ended meanwhile."""

        def call() -> None:
            if not self._over.is_set() and self._client.isConnected():
                send()

        return call
