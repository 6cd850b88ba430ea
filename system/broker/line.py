"""One connection to TWS, from the dial to its end: a fresh `IB()`, whose decoder is an `Ear`."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import ib_insync
import trio

from system.broker.account import Account
from system.broker.address import Address, account_fault
from system.broker.asked import BARS_DEADLINE_S, CONTRACTS_MAX, DEADLINE_S, REQUEST_IDS, Asked, future
from system.broker.dial import LATER_S, NoConnectionError, dial
from system.broker.ear import Ear
from system.broker.intake import Intake
from system.broker.notes import Sleep, Wire
from system.broker.pace import Pace
from system.broker.samples import GENERIC_TICKS, Samples
from system.broker.terms import order_of
from system.broker.what_if import what_if
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.instrument import Instrument
from system.domain.order_events import Terms
from system.domain.road import AskSeed, ContractTold, Packet
from system.domain.settings import DAY_S, MINUTE_S, SECOND_NS

CONNECT_S: Final = 10.0
VERSIONS: Final = (157, 176)  # whose layouts we read: what the library offers
MARGIN_DEADLINE_S: Final = 10.0
UNIX_SECONDS: Final = 2  # how bars are to be dated

Inquiry = link.Probe | link.Subscribe | link.Resubscribe | AskSeed | order.Ask | order.AskMargin


class Line:
    """`put` takes each packet that comes in, all of one read of the socket together; `tell` what else is to be told."""

    def __init__(
        self,
        generation: int,
        address: Address,
        account: Account,
        *,
        clock: Callable[[], int],
        put: Callable[["Line", Packet], None],
        tell: Callable[["Line", Packet], None],
        sleep: Sleep,
        prepare: Callable[[Any], None],
        wire: Wire | None,
    ) -> None:
        self.generation = generation
        self.is_paused = False
        self._address = address
        self._account = account
        self._clock = clock
        self._prepare = prepare
        self._sleep = sleep
        self._intake = intake = Intake(
            generation, clock, lambda packet: put(self, packet), wire, lambda packet: tell(self, packet)
        )
        self._say = intake.say
        self._asked = Asked(generation, intake.now_ns, intake.say, sleep)
        self._ear = Ear(generation, intake.now_ns, intake.say, self._asked)
        self._pace = Pace(sleep)
        self._over = trio.Event()
        self._greeted = False  # whether it has been said that the connection stands
        self._broken = ""  # what of ours failed at it
        self._name = ""
        self._contract: Any = None
        self._month = account.month(clock())
        self._queued: list[order.Ask] = []  # for open orders, while the list is being told
        self._scope = trio.CancelScope()
        self._client: Any = None

    # life

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and told so."""
        return self._over.is_set()

    async def run(self) -> None:
        """Dial, prove whose account and which contract it is, and stay until the connection ends."""
        with self._scope:
            ib: Any = ib_insync.IB()
            client = self._client = ib.client
            self._prepare(ib)
            client.MaxRequests = 0
            client.decoder = self._ear
            self._intake.listen(client, self._ear)
            client.conn.disconnected.connect(self._lost, keep_ref=True)
            client.conn.hasData.error_event.connect(self._failed, keep_ref=True)
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
                lambda: self._ear.codes,
                CONNECT_S,
                self._sleep,
            )
        except NoConnectionError as wrong:
            self._fail(self._broken or str(wrong))
            return
        if not VERSIONS[0] <= self._client.serverVersion() <= VERSIONS[1]:
            self._fail(f"{address} speaks version {self._client.serverVersion()}; expected 157 to 176")
            return
        if not self._client.isReady():  # it has ended behind the last word of the greeting
            self._over.set()
            self._say(link.DialFailed(**self._stamp, reason=f"{address} closed the connection"))
            return
        accounts = self._client.getAccounts()
        self._greeted = True
        self._say(link.Connected(**self._stamp))
        fault = account_fault(accounts, address.port, paper=self._account.paper, expected=self._account.expected)
        if not fault and self._client.getReqId() >= REQUEST_IDS:
            fault = f"order ids have reached {REQUEST_IDS}; reset the API order id sequence in TWS"
        if fault:
            self._say(link.AccountRefused(**self._stamp, reason=fault))
            return
        self._name = accounts[0]
        self._ask_contract(self._take_contract)

    def _ask_contract(self, take: Callable[[bool, list[Any]], None]) -> None:
        req_id, month = self._asked.new_id(), self._month
        self._inquire(
            req_id,
            take,
            lambda: self._client.reqContractDetails(
                req_id, future(self._account.instrument.symbol, month.year, month.month)
            ),
            DEADLINE_S,
        )

    def _fail(self, reason: str) -> None:
        self._over.set()
        self._say(link.DialFailed(**self._stamp, reason=reason))

    def _fault(self, found: list[Any]) -> str:
        """Why these are not exactly one contract, whose terms are the configured ones, or nothing (F51)."""
        instrument = self._account.instrument
        if len(found) != 1:
            return f"{min(len(found), CONTRACTS_MAX)} contracts for {instrument.symbol} {self._month}; expected one"
        return _terms_fault(found[0], instrument)

    def _take_contract(self, known: bool, found: list[Any]) -> None:
        if not known:
            self._end(f"no contract {self._account.instrument.symbol} {self._month} was told")
            return
        if fault := self._fault(found):
            self._say(link.AccountRefused(**self._stamp, reason=fault))
            return
        self._contract = found[0].contract
        self._ear.con_id = self._contract.conId
        told = ContractTold(
            **self._stamp, month=self._month, con_id=self._contract.conId, local_symbol=self._contract.localSymbol
        )
        self._say(told)
        self._say(link.Verified(**self._stamp))
        self._nursery.start_soon(self._look_again)

    async def _look_again(self) -> None:
        """Each day: is the contract still what it was (F50)? Where it is not, the next connection judges."""
        while True:
            await self._sleep("contract", DAY_S)
            self._ask_contract(self._compare_contract)

    def _compare_contract(self, known: bool, found: list[Any]) -> None:
        if known and (self._fault(found) or found[0].contract.conId != self._contract.conId):
            self._end(f"the contract {self._contract.localSymbol} is told otherwise than at the beginning")
            self._client.conn.disconnect()

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
        if self.is_paused and (transport := self._client.conn.transport) is not None:
            transport.resume_reading()
        self.is_paused = False

    def _lost(self, text: str) -> None:
        broken = getattr(self._client.conn, "broken", None)
        self._end(f"sent {broken}" if broken else text or "hung up")

    def _failed(self, _event: Any, error: BaseException) -> None:
        """Something of ours failed while it took a packet; the library would log it and go on (F41)."""
        self._broken = f"said what could not be taken: {type(error).__name__}: {error}"
        self._end(self._broken)
        self._client.conn.disconnect()

    def _end(self, reason: str) -> None:
        if self._over.is_set() or not self._greeted:
            return
        self._over.set()
        self._say(link.ConnectionLost(**self._stamp, reason=reason))

    @property
    def _stamp(self) -> dict[str, int]:
        return {"now_ns": self._intake.now_ns(), "generation": self.generation}

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

    def ask(self, inquiry: Inquiry, now_ns: int) -> None:
        """Ask, in its turn."""
        if self._over.is_set() or self._client is None or not self._client.isConnected():
            if isinstance(inquiry, order.Ask):
                self._answer(inquiry)(False, [])
            return
        match inquiry:
            case link.Probe():
                self._pace.soon(self._guarded(self._client.reqCurrentTime), first=True)  # else our own haste ends us
            case link.Subscribe() | link.Resubscribe():
                self._subscribe(inquiry.stream, is_sampled=inquiry.is_sampled)
            case AskSeed():
                self._ask_bars(inquiry, now_ns)
            case order.Ask():
                self._ask_books(inquiry)
            case order.AskMargin():
                self._ask_margin(inquiry)

    def _subscribe(self, stream: str, *, is_sampled: bool) -> None:
        client, ear = self._client, self._ear
        for req_id in [req_id for req_id, name in ear.streams.items() if name == stream]:
            del ear.streams[req_id]
            was_sampled = ear.samples.pop(req_id, None) is not None
            cancel = client.cancelMktData if was_sampled else client.cancelTickByTickData
            self._pace.soon(self._guarded(partial(cancel, req_id)))
        req_id = self._asked.new_id()
        ear.streams[req_id] = stream
        if is_sampled:
            ear.samples[req_id] = Samples()
            ask = partial(client.reqMktData, req_id, self._contract, GENERIC_TICKS[stream], False, False, [])
        else:
            ask = partial(client.reqTickByTickData, req_id, self._contract, stream, 0, False)
        self._pace.soon(self._guarded(ask))

    def _ask_bars(self, asked: AskSeed, now_ns: int) -> None:
        req_id = self._asked.new_id()
        seconds = -(-max(now_ns - asked.opened_ns, SECOND_NS) // (MINUTE_S * SECOND_NS)) * MINUTE_S
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

    def _ask_margin(self, asked: order.AskMargin) -> None:
        """Not in its turn: order ids have to leave in their order."""
        entry = what_if(asked, self._name)
        assert entry.whatIf, "it would be placed"
        self._asked.begin_margin(asked.order_id)
        self._client.placeOrder(asked.order_id, self._contract, entry)
        self._nursery.start_soon(self._asked.expire, asked.order_id, MARGIN_DEADLINE_S)

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


def _terms_fault(details: Any, instrument: Instrument) -> str:
    """What differs between a contract's terms and the configured ones, or nothing."""
    wanted = (float(instrument.usd_per_point), float(instrument.tick))
    try:
        terms = (float(details.contract.multiplier), float(details.minTick))
    except ValueError:
        return f"multiplier {details.contract.multiplier!r}; expected {wanted[0]:g}"
    return "" if terms == wanted else f"multiplier and tick are {terms}; expected {wanted}"
