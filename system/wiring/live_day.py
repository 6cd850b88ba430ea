"""What a journal says of trading: signals and their outcomes, fills, round trips, fees. A fold, as the gate's own."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, get_args

from system.domain.instrument import INSTRUMENTS, Instrument
from system.domain.position import FLAT, ExitReason, Fill, Position, RoundTrip, book
from system.domain.session import Calendar
from system.domain.settings import Settings
from system.storage.local_symbol import parse_local_symbol
from system.wiring.memory import Kept

EXITS: Final = get_args(ExitReason)
INFERRED: Final = "inferred"  # how the id of an execution that no report explains begins


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSignal:
    """A signal, and what became of it."""

    ts_ns: int
    direction: int  # +1 long, -1 short
    bid_ticks: int
    ask_ticks: int
    score: float
    outcome: str

    @property
    def reference_ticks(self) -> int:
        """What a bracket's prices are counted from."""
        return self.ask_ticks if self.direction > 0 else self.bid_ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTrip:
    """A round trip of one instrument. `is_inferred`: a part of it was closed without an execution."""

    trip: RoundTrip
    instrument: Instrument
    is_inferred: bool


@dataclass(slots=True, kw_only=True)
class Fees:
    """Commissions of executions: what the settings say, and what the broker has reported so far."""

    executions: int = 0
    configured_cents: int = 0
    reported: int = 0  # executions whose commission is known
    reported_cents: int = 0


@dataclass(slots=True, kw_only=True)
class LiveDay:
    """Of one session, or of all. `strays`: fills that follow from no position, as after a position was taken over.

    `later_cents`: what corrections have brought that came when their round trip was over.
    """

    signals: list[LiveSignal] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    trips: list[LiveTrip] = field(default_factory=list)
    strays: list[Fill] = field(default_factory=list)
    later_cents: int = 0
    fees: Fees = field(default_factory=Fees)
    open: Position = FLAT  # at the journal's end


class LiveReader:
    """Reads a journal's records. `day`: the session to keep; None: all of them."""

    def __init__(self, settings: Settings, day: date | None) -> None:
        self.found = LiveDay()
        self._settings = settings
        self._calendar = Calendar(settings.closures)
        self._day = day
        self._instrument = settings.instrument
        self._is_inferred = False
        self._fees: dict[str, int] = {}  # configured cents of the executions kept, by id

    def read(self, records: Iterable[Kept]) -> LiveDay:
        """All of them, in order."""
        for record in records:
            take = getattr(self, f"_{record.kind}", None) if record.kind in KINDS else None
            if take is not None:
                take(record.now_ns, record.payload)
        return self.found

    def _keeps(self, ts_ns: int) -> bool:
        return self._day is None or self._calendar.at(ts_ns).day == self._day

    def _contract(self, now_ns: int, payload: Any) -> None:
        parsed = parse_local_symbol(payload["local_symbol"], self._calendar.at(now_ns).day)
        if parsed is not None:
            self._instrument = INSTRUMENTS[parsed[0]]

    def _signal(self, now_ns: int, payload: Any) -> None:
        if self._keeps(now_ns):
            self.found.signals.append(
                LiveSignal(
                    ts_ns=now_ns,
                    direction=payload["direction"],
                    bid_ticks=payload["bid_ticks"],
                    ask_ticks=payload["ask_ticks"],
                    score=float(payload["score"]),
                    outcome=payload["outcome"],
                )
            )

    def _fill(self, _now_ns: int, payload: Any) -> None:
        fields = dict(payload)
        is_inferred = bool(fields.pop("inferred"))
        fill, found = Fill(**fields), self.found
        if self._keeps(fill.ts_ns):
            found.fills.append(fill)
        if not _fits(found.open, fill):
            if self._keeps(fill.ts_ns):
                found.strays.append(fill)
            return
        self._is_inferred = is_inferred or (self._is_inferred and bool(found.open.side))
        found.open, trip = book(
            found.open, fill, tick_cents=self._instrument.tick_cents, commission_cents=self._commission_cents
        )
        if trip is not None and self._keeps(trip.exit_ts_ns):
            found.trips.append(LiveTrip(trip=trip, instrument=self._instrument, is_inferred=self._is_inferred))

    def _fill_corrected(self, now_ns: int, payload: Any) -> None:
        """As the gate takes it."""
        found, value = self.found, payload["contracts"] * payload["by_ticks"]
        if found.open.side and payload["reason"] == "entry":
            found.open = replace(found.open, entry_value=found.open.entry_value + value)
        elif found.open.side and payload["reason"] in EXITS:
            found.open = replace(found.open, exit_value=found.open.exit_value + value)
        elif self._keeps(now_ns):
            found.later_cents -= payload["side"] * value * self._instrument.tick_cents

    @property
    def _commission_cents(self) -> int:
        settings = self._settings
        is_configured = self._instrument is settings.instrument
        return settings.commission_cents if is_configured else self._instrument.commission_cents

    def _execution(self, _now_ns: int, payload: Any) -> None:
        exec_id, fees = payload["exec_id"], self.found.fees
        if exec_id.startswith(INFERRED) or not self._keeps(payload["ts_ns"]):
            return
        if exec_id not in self._fees:
            self._fees[exec_id] = payload["contracts"] * self._commission_cents
            fees.executions += 1
            fees.configured_cents += self._fees[exec_id]

    def _commission(self, _now_ns: int, payload: Any) -> None:
        fees = self.found.fees
        if payload["exec_id"] in self._fees and "cents" in payload:
            fees.reported += 1
            fees.reported_cents += payload["cents"]


KINDS: Final = frozenset({"contract", "signal", "fill", "fill_corrected", "execution", "commission"})


def _fits(held: Position, fill: Fill) -> bool:
    """Whether a fill follows from what is held."""
    if fill.reason == "entry":
        return held.side in (0, fill.side)
    return held.side == -fill.side and fill.contracts <= held.contracts
