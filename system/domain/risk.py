"""The risk gate (METHOD.md 6): what becomes of a signal, and when a position has to be flat.

`Risk` is told of every signal, fill and cancel in the order of their times, and answers with at most one command.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from system.domain.bracket import Phase, Step, advance
from system.domain.instrument import ContractMonth
from system.domain.position import FLAT, Fill, Position, Reason, RoundTrip, book
from system.domain.session import REOPEN_NEW_YORK_S, Calendar, in_span, new_york_s, next_new_york
from system.domain.settings import DAY_S, FOREVER_NS, Settings

Outcome = Literal[
    "accepted",
    "close",
    "halted",
    "position_open",
    "outside_entry_hours",
    "cooldown",
    "daily_loss",
    "max_trades",
    "consecutive_losses",
    "no_pattern",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitBracket:
    """Enter at market, with a stop and a target at absolute prices."""

    side: Literal[1, -1]
    contracts: int
    stop_ticks: int
    target_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitAtMarket:
    """Close what is open, in the group of the bracket's exits."""

    side: Literal[1, -1]  # of the order
    contracts: int
    reason: Literal["opposite", "flatten"]


class SignalFound(NamedTuple):
    """A signal with the quote that prevailed at it. A tuple, because a level trigger makes thousands a session."""

    ts_ns: int
    direction: Literal[1, -1]
    bid_ticks: int
    ask_ticks: int
    patterned: bool  # a pattern in its direction fired within the last three closed bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What the limits of one session are counted in, and the last loss, which outlives it."""

    day: date | None = None
    net_cents: int = 0
    losses: int = 0  # in a row, at the end of the session's closed trades
    entries: int = 0
    lost_ns: int | None = None  # close of the last losing trade


class Risk:
    """One run's gate, position and bracket."""

    def __init__(self, settings: Settings, calendar: Calendar, contract_month: ContractMonth | None) -> None:
        self._settings = settings
        self._calendar = calendar
        self.change_contract(contract_month)
        self.counters = Counters()
        self.phase = Phase.FLAT
        self.position: Position = FLAT
        self.flatten_due_ns = FOREVER_NS  # when an exit must be issued if none is under way by then

    def change_contract(self, contract_month: ContractMonth | None) -> None:
        """Trade another contract month from now on; without one there is no roll."""
        self._roll_date = contract_month.roll_date(self._settings.roll_days) if contract_month else None

    # signals

    def judge(self, signal: SignalFound) -> tuple[Outcome, SubmitBracket | ExitAtMarket | None]:
        """The outcome of a signal, and the command it leads to."""
        if self.phase is not Phase.FLAT:
            if not self._may_close(signal):
                return "position_open", None
            return "close", self._exit("opposite")
        if not self.is_entry_time(signal.ts_ns):
            return "outside_entry_hours", None
        counters = self._counters_at(signal.ts_ns)
        denied = self._denial(signal, counters)
        if denied is not None:
            return denied, None
        self.counters = replace(counters, entries=counters.entries + 1)
        self.phase = advance(self.phase, Step.ENTRY_SENT)
        settings, side = self._settings, signal.direction
        reference_ticks = signal.ask_ticks if side > 0 else signal.bid_ticks
        return "accepted", SubmitBracket(
            side=side,
            contracts=settings.contracts,
            stop_ticks=reference_ticks - side * settings.stop_ticks,
            target_ticks=reference_ticks + side * settings.target_ticks,
        )

    def _may_close(self, signal: SignalFound) -> bool:
        held_ns = signal.ts_ns - self.position.entry_ts_ns
        opposite = signal.direction == -self.position.side
        return self.phase is Phase.OPEN and opposite and held_ns >= self._settings.min_trade_duration_ns

    def _denial(self, signal: SignalFound, counters: Counters) -> Outcome | None:
        """The first of rules 4 to 8 that applies."""
        settings, ts_ns = self._settings, signal.ts_ns
        if counters.lost_ns is not None and ts_ns - counters.lost_ns < settings.cooldown_after_loss_ns:
            return "cooldown"
        if counters.net_cents <= -settings.max_daily_loss_cents:
            return "daily_loss"
        if counters.entries >= settings.max_trades_per_day:
            return "max_trades"
        if counters.losses >= settings.max_consecutive_losses:
            return "consecutive_losses"
        if settings.require_pattern and not signal.patterned:
            return "no_pattern"
        return None

    def is_entry_time(self, ts_ns: int) -> bool:
        """Rule 3: hours, flat-by, a full session, before the roll, no blackout."""
        settings, clock_s = self._settings, new_york_s(ts_ns)
        if not in_span(clock_s, settings.entry_start_s, settings.entry_end_s) or self._is_flat_time(clock_s):
            return False
        session = self._calendar.at(ts_ns)
        if not session.regular or (self._roll_date is not None and session.day >= self._roll_date):
            return False
        return not any(blackout.start_ns <= ts_ns < blackout.end_ns for blackout in settings.blackouts)

    def _is_flat_time(self, clock_s: int) -> bool:
        flat_by_s = self._settings.flat_by_s
        return flat_by_s < DAY_S and in_span(clock_s, flat_by_s, REOPEN_NEW_YORK_S)

    def _counters_at(self, ts_ns: int) -> Counters:
        day = self._calendar.at(ts_ns).day
        return self.counters if day == self.counters.day else Counters(day=day, lost_ns=self.counters.lost_ns)

    # the clock

    def flatten(self) -> ExitAtMarket:
        """The exit that has become due."""
        return self._exit("flatten")

    def _exit(self, reason: Literal["opposite", "flatten"]) -> ExitAtMarket:
        self.phase = advance(self.phase, Step.EXIT_SENT)
        self.flatten_due_ns = FOREVER_NS
        side: Literal[1, -1] = -1 if self.position.side > 0 else 1
        return ExitAtMarket(side=side, contracts=self.position.contracts, reason=reason)

    def _flatten_due_after(self, entered_ns: int) -> int:
        """The later of flat-by and the entry's fill, or the next session's open, whichever comes first."""
        flat_by_s = self._settings.flat_by_s
        if flat_by_s >= DAY_S:
            return FOREVER_NS
        if self._is_flat_time(new_york_s(entered_ns)):
            return entered_ns
        reopen_ns = self._calendar.at(entered_ns).reopen_ns
        return reopen_ns if flat_by_s == REOPEN_NEW_YORK_S else min(reopen_ns, next_new_york(entered_ns, flat_by_s))

    # what the exchange reports

    def filled(self, fill: Fill) -> RoundTrip | None:
        """Book a fill; the one that closes the position gives its round trip."""
        settings = self._settings
        self.position, trip = book(
            self.position,
            fill,
            tick_cents=settings.instrument.tick_cents,
            commission_cents=settings.commission_cents,
        )
        if fill.reason == "entry":
            if self.phase is Phase.ENTERING:
                self.flatten_due_ns = self._flatten_due_after(fill.ts_ns)
            self.phase = advance(self.phase, Step.ENTRY_FILLED)
        else:
            self.phase = advance(self.phase, Step.REDUCED if trip is None else Step.CLOSED)
        if trip is not None:
            self._count(trip)
        return trip

    def fits(self, fill: Fill) -> bool:
        """Whether a fill follows from what the gate holds; one that does not is left to `adopt`."""
        if fill.reason == "entry":
            return self.phase is not Phase.FLAT and self.position.side in (0, fill.side)
        return self.position.side == -fill.side and fill.contracts <= self.position.contracts

    def corrected(self, now_ns: int, side: int, value: int, reason: Reason | None) -> None:
        """A fill on `side` was worth `value` more (contracts x ticks): of what is held, or of a trade that is over."""
        if self.position.side and reason == "entry":
            self.position = replace(self.position, entry_value=self.position.entry_value + value)
        elif self.position.side and reason is not None:
            self.position = replace(self.position, exit_value=self.position.exit_value + value)
        else:
            counters, cents = self._counters_at(now_ns), side * value * self._settings.instrument.tick_cents
            self.counters = replace(counters, net_cents=counters.net_cents - cents)

    def adopt(self, held: int, price_ticks: int, now_ns: int) -> None:
        """Take over a position (signed contracts) that no fills explain, as if entered now at this price."""
        self.flatten_due_ns, self.phase, self.position = FOREVER_NS, Phase.FLAT, FLAT
        if held:
            side = 1 if held > 0 else -1
            self.phase = Phase.ENTERING
            self.filled(Fill(ts_ns=now_ns, side=side, contracts=abs(held), price_ticks=price_ticks, reason="entry"))

    def day_cents(self, ts_ns: int, mark_ticks: int) -> int:
        """The session's result with what is open closed at `mark_ticks`, commissions included."""
        position, settings = self.position, self._settings
        cents = self._counters_at(ts_ns).net_cents
        if not position.side:
            return cents
        open_cents = position.gross_cents(mark_ticks, settings.instrument.tick_cents)
        fees = position.commission_cents(settings.commission_cents) + position.contracts * settings.commission_cents
        return cents + open_cents - fees

    def _count(self, trip: RoundTrip) -> None:
        counters, lost = self._counters_at(trip.exit_ts_ns), trip.net_cents < 0
        self.flatten_due_ns = FOREVER_NS
        self.counters = replace(
            counters,
            net_cents=counters.net_cents + trip.net_cents,
            losses=counters.losses + 1 if lost else 0,
            lost_ns=trip.exit_ts_ns if lost else counters.lost_ns,
        )

    def entry_canceled(self) -> None:
        """The entry found no quote: nothing is held."""
        self.phase = advance(self.phase, Step.ENTRY_CANCELED)
