"""The risk actor: what becomes of a signal, what the clock makes due, and what fills mean for the gate.

It has one input. Whatever concerns orders it takes to the order actor and waits for the answer, so that a signal
behind a fill in the same packet finds the gate as the fill has left it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol, get_args

import trio

from system.actors.hand_on import hand_on
from system.actors.margin_check import MarginCheck
from system.actors.ports import Log
from system.actors.risk_words import (
    contract_record,
    correction_payload,
    entry_of,
    fill_payload,
    signal_record,
    signal_words,
)
from system.actors.work import Answer, ForGate, ForOrder, Work
from system.domain import gate_log
from system.domain.bracket import Phase
from system.domain.hours import Hours
from system.domain.instrument import ContractMonth
from system.domain.order_events import (
    ClockTicked,
    CloseAsked,
    Corrected,
    EntryEnded,
    Filled,
    Halt,
    HaltAsked,
    Journal,
    MarginAnswered,
    OrderEvent,
    ResumeAsked,
    RollAsked,
)
from system.domain.position import Fill
from system.domain.risk import ExitAtMarket, Outcome, Risk, SignalFound, SubmitBracket
from system.domain.road import (
    BooksAsked,
    ContractTold,
    EntriesHeld,
    GateTurned,
    LinkFell,
    OperatorAsked,
    Packet,
    Record,
    SessionVwapTold,
    SignalTold,
    Ticks,
)
from system.domain.roll import is_over
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings

LAG_NS: Final = SECOND_NS // 4  # a packet that is older than this is too old to enter on
ROLL_PAUSE_NS: Final = 10 * SECOND_NS  # between two tries to leave a contract
FOR_ORDER: Final = (*get_args(OrderEvent), LinkFell, BooksAsked)


class Decisions(Protocol):
    """Is told of what is decided, as it is decided."""

    def signal(self, signal: SignalTold, outcome: Outcome) -> None: ...

    def fill(self, fill: Fill) -> None: ...


class Silent:
    """Tells nobody."""

    def signal(self, signal: SignalTold, outcome: Outcome) -> None: ...

    def fill(self, fill: Fill) -> None: ...


class RiskActor:
    """`halted`: the order brain's sticky halt, `gate`: the last snapshot, `traded`: the last month, all by the journal.

    `rolls`: what is held in a month that is over is closed, and the month left for the next. `behind_ns`: how long ago
    a time was.
    """

    def __init__(
        self,
        settings: Settings,
        calendar: Calendar,
        *,
        contract_month: ContractMonth | None,
        gate: Mapping[str, Any] | None,
        halted: str,
        max_day_loss_cents: int,
        behind_ns: Callable[[int], int],
        log: Log,
        decisions: Decisions | None = None,
        allow_partial_vwap: bool = False,
        is_dry: bool = False,
        traded: ContractMonth | None = None,
        rolls: bool = False,
        checks_margin: bool = False,
    ) -> None:
        self.risk = Risk(settings, calendar, contract_month)
        self.contract_month = traded or contract_month
        if gate is not None:
            gate_log.restore(self.risk, gate)
        self.halted = halted
        self.reasons: tuple[str, ...] = ("the link is not started",)  # why the watchdog's gate is shut
        self.shut = ""  # why the order brain would deny any entry
        self.holds: dict[str, str] = {}  # what others hold entries back for
        self.is_whole = True  # VWAP
        self.quote = (0, 0)
        self.lag_ns = 0
        self.outcome: Outcome | None = None  # of the last signal
        self._max_day_loss_cents = max_day_loss_cents
        self._behind_ns = behind_ns
        self._log = log
        self._decisions = decisions or Silent()
        self._allow_partial_vwap = allow_partial_vwap
        self._is_dry = is_dry
        self.margin = MarginCheck(settings.contracts, calendar, log) if checks_margin else None
        self._now_ns = 0  # of the packet in hand
        self._roll_days = settings.roll_days if rolls else None
        self._rolled_ns = 0
        self._calendar = calendar
        self._hours = Hours(calendar)
        self._saved = gate_log.snapshot(self.risk)

    async def run(
        self,
        inbox: trio.MemoryReceiveChannel[Packet],
        work: trio.MemorySendChannel[Work | tuple[Journal, ...]],
        answers: trio.MemoryReceiveChannel[Answer],
    ) -> None:
        """Record by record."""
        self._work, self._answers = work, answers
        async for packet in inbox:
            self._now_ns = packet.now_ns
            self.lag_ns = self._behind_ns(packet.now_ns)
            for record in packet.records:
                if packet.now_ns >= self.risk.flatten_due_ns and self.risk.phase is Phase.OPEN:
                    await self._command(self.risk.flatten(), packet.now_ns)
                await self._take(record)

    async def _take(self, record: Record) -> None:
        match record:
            case SignalTold():
                await self._judge(record)
            case Ticks():
                self._see(record)
            case GateTurned():
                self.reasons = record.reasons
            case EntriesHeld():
                self._hold(record)
            case SessionVwapTold():
                self.is_whole = record.is_whole
            case ContractTold():
                self.contract_month = record.month
                self.risk.change_contract(record.month)
                await self._ask(None, record.now_ns, contract_record(record))
            case OperatorAsked():
                await self._obey(record)
            case MarginAnswered() if self.margin is not None:
                await self._ask(None, record.now_ns, self.margin.take(record))
            case _ if isinstance(record, FOR_ORDER):
                await self._ask(record)
            case _:
                pass

    # signals

    async def _judge(self, told: SignalTold) -> None:
        signal = SignalFound(told.now_ns, told.direction, told.bid_ticks, told.ask_ticks, told.patterned)
        why = self.why_halted()
        outcome, command = ("halted", None) if why else self.risk.judge(signal)
        self.outcome = outcome
        self._decisions.signal(told, outcome)
        record = signal_record(told, outcome)
        if self._is_dry and isinstance(command, SubmitBracket):
            self.risk.entry_canceled()
            command = None
        if command is None:
            await self._ask(None, told.now_ns, record)
        elif isinstance(command, ExitAtMarket):
            await self._command(command, told.now_ns, record)
        else:
            await self._ask(entry_of(command, told), told.now_ns, record)
        self._log("signal", **signal_words(told), outcome=outcome, why=why)  # no order waits for it

    def why_halted(self) -> str:
        """Why no signal may be acted on, or nothing (METHOD.md 6, rule 1)."""
        return next(self.shut_because(), "")

    def shut_because(self) -> Iterator[str]:
        """Every such reason, the one that lasts longest first."""
        if self.halted:
            yield self.halted
        yield from self.reasons
        yield from self.holds.values()
        if self.shut and not self.halted and self.risk.phase is Phase.FLAT:
            yield self.shut
        if not self.is_whole and not self._allow_partial_vwap:
            yield "VWAP misses trades of this session"
        if self.lag_ns > LAG_NS:
            yield f"{self.lag_ns // 1_000_000} ms behind the market"
        if self.margin is not None and (why := self.margin.why_shut(self._now_ns)):
            yield why

    async def _command(self, command: ExitAtMarket, now_ns: int, *records: Journal) -> None:
        await self._ask(CloseAsked(now_ns=now_ns, reason=command.reason), now_ns, *records)

    # what others say

    def _see(self, ticks: Ticks) -> None:
        last = ticks.batch[-1]
        if last["bid_size"] > 0 and last["ask_size"] > 0:
            self.quote = (int(last["bid_ticks"]), int(last["ask_ticks"]))

    def _hold(self, held: EntriesHeld) -> None:
        self.holds.pop(held.by, None)
        if held.reason:
            self.holds[held.by] = held.reason

    async def _obey(self, asked: OperatorAsked) -> None:
        now_ns = asked.now_ns
        if asked.what == "resume":
            self.halted = ""
            await self._ask(ResumeAsked(now_ns=now_ns), now_ns)
            return
        if asked.what == "stop":
            self.holds["stop"] = "stopping"
            return
        await self._ask(HaltAsked(now_ns=now_ns, reason=asked.reason or f"{asked.what} asked for"), now_ns)
        if asked.what == "flatten":
            if self.risk.phase is Phase.OPEN:
                await self._command(self.risk.flatten(), now_ns)
            else:
                await self._ask(CloseAsked(now_ns=now_ns), now_ns)

    async def _ask(self, event: ForOrder | None, now_ns: int = 0, *records: Journal) -> None:
        """Take an event to the order actor, and its answer to the gate."""
        await hand_on(self._work, Work(event=event, records=records))
        more: list[Journal] = []
        answer = await self._answers.receive()
        self.shut = answer.shut
        for told in answer.told:
            more += self._take_answer(told)
        saved = gate_log.snapshot(self.risk)
        if saved != self._saved:
            self._saved = saved
            at_ns = now_ns or getattr(event, "now_ns", 0)
            more.append(Journal(kind=gate_log.KIND, now_ns=at_ns, payload=saved))
        await hand_on(self._work, tuple(more))
        if isinstance(event, ClockTicked):
            await self._compare(answer, event.now_ns)
            await self._limit_loss(event.now_ns)
            await self._roll(event.now_ns)
            await self._ask_margin(event.now_ns)
        if self._is_due_at_once():
            await self._command(self.risk.flatten(), now_ns or getattr(event, "now_ns", 0))

    async def _compare(self, answer: Answer, now_ns: int) -> None:
        """Each second: the gate must hold what the book holds. Where it does not, the book is right, and we halt.

        So it is after an execution was corrected or busted, or filled that had been proven dead.
        """
        risk, held = self.risk, answer.held
        if held == risk.position.side * risk.position.contracts and (
            held or answer.is_over is (risk.phase is Phase.FLAT) or risk.phase is Phase.ENTERING
        ):
            return
        if not held and not answer.is_over:
            return  # exits of a position that is closed are being taken back
        text = f"the gate holds {risk.position.side * risk.position.contracts}, the book {held}; the book is taken"
        self._log("alert", name="gate_differs", text=text)
        risk.adopt(held, self.quote[0] if held > 0 else self.quote[1], now_ns)
        await self._ask(HaltAsked(now_ns=now_ns, reason="the gate and the book differed"), now_ns)

    async def _limit_loss(self, now_ns: int) -> None:
        """Each second: a session that loses too much, what is open included, is over."""
        risk, (bid_ticks, ask_ticks) = self.risk, self.quote
        if risk.phase is not Phase.OPEN or not bid_ticks:
            return
        cents = risk.day_cents(now_ns, bid_ticks if risk.position.side > 0 else ask_ticks)
        if cents > -self._max_day_loss_cents:
            return
        text = f"the session's result is {cents / 100:.2f} USD with what is open, beyond the limit: closed, and halted"
        self._log("alert", name="day_loss", text=text)
        await self._ask(HaltAsked(now_ns=now_ns, reason="the day's loss is beyond its limit"), now_ns)
        await self._command(risk.flatten(), now_ns)

    async def _roll(self, now_ns: int) -> None:
        """Each second: of a month that is over nothing is held, and the next is traded (F50)."""
        day, month, risk = self._calendar.at(now_ns).day, self.contract_month, self.risk
        if self._roll_days is None or month is None or not is_over(month, day, self._roll_days):
            return
        if risk.phase is Phase.OPEN and self._hours.at(now_ns).is_open:
            held = risk.position.side * risk.position.contracts
            self._log(
                "alert", name="contract_roll", text=f"{held:+d} contracts are held in {month}, which is over: closed"
            )
            await self._command(risk.flatten(), now_ns)
        elif risk.phase is Phase.FLAT and now_ns - self._rolled_ns >= ROLL_PAUSE_NS:
            self._rolled_ns = now_ns
            self._log("roll", month=str(month))
            await self._ask(RollAsked(now_ns=now_ns), now_ns)

    async def _ask_margin(self, now_ns: int) -> None:
        """Each second: in each session, before its first entry, whether the account can carry one."""
        if self.margin is None or self.reasons or self.risk.phase is not Phase.FLAT:
            return
        if asked := self.margin.question(now_ns):
            await self._ask(asked, now_ns)

    def _is_due_at_once(self) -> bool:
        """A fill within the flat hours is closed at the instant at which it is known (METHOD.md 6)."""
        risk = self.risk
        return risk.phase is Phase.OPEN and risk.flatten_due_ns <= risk.position.entry_ts_ns

    def _take_answer(self, told: ForGate) -> list[Journal]:
        match told:
            case Halt():
                self.halted = told.reason
                return []
            case EntryEnded():
                if self.risk.phase is Phase.ENTERING:
                    self.risk.entry_canceled()
                return []
            case Filled():
                return [self._book(told)]
            case Corrected():
                return [self._correct(told)]

    def _correct(self, told: Corrected) -> Journal:
        self.risk.corrected(told.now_ns, told.side, told.contracts * told.by_ticks, told.reason)
        payload = correction_payload(told)
        self._log("fill_corrected", **payload)
        return Journal(kind="fill_corrected", now_ns=told.now_ns, payload=payload)

    def _book(self, filled: Filled) -> Journal:
        fill = filled.fill
        self._decisions.fill(fill)
        trip = self.risk.filled(fill) if self.risk.fits(fill) else None
        payload = fill_payload(filled)
        self._log("fill", **payload)
        if trip is not None:
            self._log("round_trip", side=trip.side, reason=trip.exit_reason, net_usd=trip.net_cents / 100)
        return Journal(kind="fill", now_ns=fill.ts_ns, payload=payload)
