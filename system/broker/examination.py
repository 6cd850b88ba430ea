"""The steps of `bn doctor`: from the port to a what-if order, each with what to do where it fails."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import ib_insync
import trio

from system.broker.address import PAPER_PORTS, PAPER_PREFIXES, Address, masked
from system.broker.dial import NoConnectionError
from system.broker.door import Door, NoAnswerError, open_door
from system.broker.finding import Failed, Finding, Unjudged
from system.broker.greeting import MOCK
from system.broker.quick_look import quotes_in_words
from system.domain.instrument import Instrument, front_month
from system.domain.link import NOT_BY_TICK
from system.domain.session import CHICAGO, Calendar
from system.domain.settings import SECOND_NS

CONNECT_S: Final = 10.0
ANSWER_S: Final = 10.0
TICKS_S: Final = 15.0
SKEW_FAR_S: Final = 30
SKEW_NEAR_S: Final = 2
READ_ONLY: Final = 321
NO_LIVE_DATA: Final = (354, 10089, 10090, 10167, 10168, 10189, 10190, 10197)
ENDED: Final = ("TWS was closed or restarted, or the network failed: try again",)
HANGS: Final = ("TWS hangs, or has lost IB: look at its status bar",)

SETTINGS: Final = "TWS: File > Global Configuration > API > Settings; Gateway: Configure > Settings > API > Settings"
NO_PORT: Final = (
    "TWS or IB Gateway is not running, or has not been logged in: start it and log in",
    f'the API is off: {SETTINGS}: tick "Enable ActiveX and Socket Clients" (TWS)',
    "another port: 7497 TWS paper, 7496 TWS real, 4002 Gateway paper, 4001 Gateway real; see Socket port there",
    "another machine: give --host, add this one to Trusted IPs, untick Allow connections from localhost only",
)
NO_GREETING: Final = (
    'a window of TWS waits for "Accept incoming connection": accept it, or add this machine to Trusted IPs',
    "what listens there is no TWS: compare the port with the one in its settings",
    "TWS hangs: restart it",
)
IN_USE: Final = (
    "another program is connected with the same client id: end it, or give another --client-id",
    "TWS still holds the id of a connection that was lost: wait a minute, then restart TWS or Gateway",
)
NO_DATA: Final = (
    "no subscription: Client Portal > Settings > Market Data Subscriptions: CME Real-Time (NP, L1)",
    "a paper account shares its owner's data only where that is on: Client Portal > Settings > Paper Trading Account",
    "the same login has data open elsewhere (another TWS, the mobile app): log out there",
    "delayed data is not traded on",
)
NOT_TICK_BY_TICK: Final = (
    "other programs may have used up the account's tick-by-tick requests (three, as a rule): end them",
    "or let bn live take this data as TWS samples it: allow_sampled = true in the configuration",
)
NO_CONTRACT: Final = (
    "the permission to trade US futures is missing: Client Portal > Settings > Trading Permissions",
    "a TWS that has just started is still loading contracts: try again in a minute",
)
NO_ORDERS: Final = (
    f'the API is read-only: {SETTINGS}: untick "Read-Only API"',
    "the permission to trade futures is missing: Client Portal > Settings > Trading Permissions",
    "precautionary limits refuse the size: TWS: Global Configuration > Presets > Futures",
)


@dataclass(slots=True)
class Examination:
    """What is to be checked. `paper`: what the account is to be; `wall_ns` reads the wall clock."""

    address: Address
    instrument: Instrument
    paper: bool
    roll_days: int
    wall_ns: Callable[[], int]
    allow_sampled: bool = False
    contract: Any = None
    now_ns: int = 0  # TWS's time
    is_mock: bool = False
    quotes: list[tuple[float, float, int, int]] = field(default_factory=list)

    async def run(self) -> AsyncIterator[Finding]:
        """Step by step; where one fails that all others need, the rest is left out."""
        try:
            yield Finding(step="port", ok=True, text=await self._port())
        except Failed as wrong:
            yield Finding(step="port", ok=False, text=str(wrong), advice=wrong.advice)
            return
        try:
            async with open_door(self.address, within_s=CONNECT_S) as door:
                version = door.ib.client.serverVersion()
                yield Finding(
                    step="handshake", ok=True, text=f"server version {version}, client {self.address.client_id}"
                )
                async for finding in self._inside(door):
                    yield finding
        except NoConnectionError as wrong:
            advice = IN_USE if wrong.why == "in_use" else NO_GREETING
            yield Finding(step="handshake", ok=False, text=str(wrong), advice=advice)

    async def _inside(self, door: Door) -> AsyncIterator[Finding]:
        steps: tuple[tuple[str, Callable[[Door], Awaitable[str]], bool], ...] = (
            ("account", self._account, True),
            ("clock", self._clock, False),
            ("positions and orders", self._book, False),
            ("contract", self._contract, True),
            ("market data", self._market_data, False),
            ("quotes", self._quotes, False),
            ("what-if order", self._what_if, False),
            ("messages", self._messages, False),
        )
        for name, step, is_needed in steps:
            try:
                if not door.ib.isConnected():
                    raise NoConnectionError("hung_up", "TWS hung up")
                yield Finding(step=name, ok=True, text=await step(door))
            except Unjudged as open_:
                yield Finding(step=name, ok=None, text=str(open_), advice=open_.advice)
            except Failed as wrong:
                yield Finding(step=name, ok=False, text=str(wrong), advice=wrong.advice)
                if is_needed:
                    return
            except NoAnswerError as none:
                yield Finding(step=name, ok=False, text=str(none), advice=HANGS)
            except NoConnectionError as lost:
                yield Finding(step=name, ok=False, text=f"the connection ended: {lost}", advice=ENDED)
                return

    # the steps

    async def _port(self) -> str:
        with trio.move_on_after(CONNECT_S):
            try:
                stream = await trio.open_tcp_stream(self.address.host, self.address.port)
            except OSError as wrong:
                raise Failed(f"nothing answers on {self.address}: {wrong}", *NO_PORT) from None
            await stream.aclose()
            return f"{self.address} is open"
        raise Failed(f"{self.address} does not answer within {CONNECT_S:g} s", *NO_PORT)

    async def _account(self, door: Door) -> str:
        accounts = door.ib.managedAccounts()
        if len(accounts) != 1:
            raise Failed(f"{len(accounts)} accounts: {', '.join(accounts)}; expected one", "log in as its only user")
        is_paper = accounts[0].startswith(PAPER_PREFIXES)
        kinds = {True: "paper", False: "real"}
        if is_paper != self.paper:
            advice = "log in to the other kind of account, or correct --paper/--real and the port"
            found = f"{masked(accounts[0])} is a {kinds[is_paper]} account"
            raise Failed(f"{found}; expected a {kinds[self.paper]} one", advice)
        if (self.address.port in PAPER_PORTS) != self.paper and self.address.port in (*PAPER_PORTS, 7496, 4001):
            raise Failed(f"port {self.address.port} is not that of a {kinds[self.paper]} account", NO_PORT[2])
        return f"{masked(accounts[0])}, {kinds[is_paper]}"

    async def _clock(self, door: Door) -> str:
        told = await door.ask(door.ib.reqCurrentTimeAsync, "the time", within_s=ANSWER_S)
        self.now_ns = int(told.timestamp()) * SECOND_NS
        brand = await door.ask(door.ib.reqUserInfoAsync, "the login", within_s=ANSWER_S)
        self.is_mock = brand == MOCK
        if self.is_mock:
            return f"a mock TWS, whose clock is its own: {told:%Y-%m-%d %H:%M:%S} UTC"
        skew_s = (self.wall_ns() - self.now_ns) // SECOND_NS
        if abs(skew_s) > SKEW_FAR_S:
            raise Failed(f"this machine and TWS differ by {skew_s} s", "switch on the machine's time service (NTP)")
        note = "" if abs(skew_s) <= SKEW_NEAR_S else "; switch on the machine's time service (NTP)"
        return f"this machine and TWS differ by {skew_s} s{note}"

    async def _book(self, door: Door) -> str:
        positions = await door.ask(door.ib.reqPositionsAsync, "positions", within_s=ANSWER_S)
        orders = await door.ask(door.ib.reqAllOpenOrdersAsync, "open orders", within_s=ANSWER_S)
        held = [one for one in positions if one.position]
        return f"{len(held)} positions, {len(orders)} open orders"

    async def _contract(self, door: Door) -> str:
        now = self.now_ns or self.wall_ns()
        month = front_month(Calendar().at(now).day, self.roll_days)
        asked = ib_insync.Future(self.instrument.symbol, f"{month.year}{month.month:02d}", "CME", currency="USD")
        found = await door.ask(lambda: door.ib.reqContractDetailsAsync(asked), "the contract", within_s=ANSWER_S)
        if len(found) != 1:
            raise Failed(f"{len(found)} contracts for {self.instrument.symbol} {month}; expected one", *NO_CONTRACT)
        details = found[0]
        terms = (float(details.contract.multiplier), details.minTick)
        if terms != (float(self.instrument.usd_per_point), float(self.instrument.tick)):
            raise Failed(f"multiplier and tick {terms}; expected those of {self.instrument.symbol}")
        self.contract = details.contract
        return f"{details.contract.localSymbol}, id {details.contract.conId}, expires {details.realExpirationDate}"

    async def _market_data(self, door: Door) -> str:
        before = len(door.said)
        ticker = door.ib.reqTickByTickData(self.contract, "BidAsk")
        first = trio.Event()

        def see(changed: Any) -> None:
            for tick in changed.tickByTicks:
                self.quotes.append((tick.bidPrice, tick.askPrice, int(tick.bidSize), int(tick.askSize)))
            if self.quotes:
                first.set()

        ticker.updateEvent.connect(see, keep_ref=True)
        with trio.move_on_after(TICKS_S):
            await first.wait()
            await trio.sleep(1)
        if why := _refusal(door, before):
            by_tick = int(why.partition(":")[0]) in NOT_BY_TICK
            if by_tick and self.allow_sampled:
                return await self._sampled(door, why)
            raise Failed(why, *(NOT_TICK_BY_TICK if by_tick else ()), *NO_DATA)
        if not self.quotes:
            raise self._silence()
        return f"{len(self.quotes)} quotes tick by tick, the last {self.quotes[-1][0]} to {self.quotes[-1][1]}"

    async def _sampled(self, door: Door, why: str) -> str:
        """As `bn live` takes it where it is refused tick by tick."""
        before = len(door.said)
        ticker = door.ib.reqMktData(self.contract)
        whole = trio.Event()

        def see(changed: Any) -> None:
            sizes = changed.bidSize, changed.askSize
            if not whole.is_set() and min(changed.bid, changed.ask, *sizes) > 0:
                self.quotes.append((changed.bid, changed.ask, *map(int, sizes)))
                whole.set()

        ticker.updateEvent.connect(see, keep_ref=True)
        with trio.move_on_after(TICKS_S):
            await whole.wait()
        if refused := _refusal(door, before):
            raise Failed(refused, *NO_DATA)
        if not self.quotes:
            raise self._silence()
        return f"sampled by TWS, as allow_sampled allows, for it is refused tick by tick ({why})"

    def _silence(self) -> Failed:
        """No quote came: is the market closed?"""
        session = Calendar().at(self.now_ns or self.wall_ns())
        now = self.now_ns or self.wall_ns()
        if now >= session.break_ns or Calendar().close_s(session.day) is None:
            return Unjudged(f"the market is closed ({CHICAGO.key}): no quotes to judge", "try again when it is open")
        return Failed(f"no quote within {TICKS_S:g} s although the market is open", *NO_DATA)

    async def _quotes(self, _door: Door) -> str:
        if not self.quotes:
            raise Unjudged("none have come")
        try:
            return quotes_in_words(self.quotes)
        except ValueError as wrong:
            raise Failed(str(wrong), "not the contract that was asked for? send the log to its developers") from None

    async def _what_if(self, door: Door) -> str:
        if not self.quotes:
            raise Unjudged("no price to place it at")
        account = door.ib.managedAccounts()[0]
        entry = ib_insync.MarketOrder("BUY", 1, whatIf=True, outsideRth=True, tif="DAY", account=account)
        before = len(door.said)
        try:
            state = await door.ask(
                lambda: door.ib.whatIfOrderAsync(self.contract, entry), "a what-if order", within_s=ANSWER_S
            )
        except NoAnswerError:
            refused = [said for said in list(door.said)[before:] if said.req_id >= 0]
            if not refused:
                raise
            raise Failed(f"{refused[0].code}: {refused[0].text}", *NO_ORDERS) from None
        if not state:
            words = [said for said in list(door.said)[before:] if said.req_id >= 0]
            raise Failed(f"{words[0].code}: {words[0].text}" if words else "it was refused without a word", *NO_ORDERS)
        return f"initial margin {state.initMarginChange} USD a contract, commission {state.commission}"

    async def _messages(self, door: Door) -> str:
        if door.swallowed:
            first = f"{len(door.swallowed)} messages could not be read; the first: {door.swallowed[0]}"
            raise Failed(first, "this version of TWS may be newer than what is known here")
        return "all were understood"


def _refusal(door: Door, before: int) -> str:
    """What TWS has said against live data since then: its code and its words, or nothing."""
    return next((f"{said.code}: {said.text}" for said in list(door.said)[before:] if said.code in NO_LIVE_DATA), "")
