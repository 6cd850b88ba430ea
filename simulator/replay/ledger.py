"""What one profile's run has decided so far, whoever runs it: the rows and sums of its result, and their hash."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from simulator.replay.curves import CurveRecorder
from simulator.replay.result import OpenPosition, Result, SignalRow
from system.domain.confluence import Confluence, Reading
from system.domain.patterns import NAMES, RULES
from system.domain.position import FLAT, Fill, Position, RoundTrip, book
from system.domain.risk import Outcome, SignalFound
from system.domain.settings import Settings

LINES_MAX: Final = 10_000  # that the hash has not seen yet


class Ledger:
    """Told of every signal and fill in METHOD.md's order; `result` may be asked for at any time."""

    def __init__(self, settings: Settings, *, with_curves: bool) -> None:
        self._settings = settings
        self._hash = sha256()
        self._lines: list[str] = []
        self._signals: list[tuple[SignalFound, float, Sequence[float], Outcome]] = []
        self._curves = CurveRecorder() if with_curves else None
        self._fired = dict.fromkeys(NAMES, 0)
        self.position: Position = FLAT
        self.outcome = Result(settings=settings, profile=settings.profile)

    def read(self, reading: Reading) -> None:
        """Note what the core read."""
        if len(reading.bars):
            for bits in reading.bars["fired"][reading.bars["fired"] != 0].tolist():
                for bit, (name, _) in enumerate(RULES):
                    self._fired[name] += bits >> bit & 1
        if self._curves is not None:
            self._curves.add(reading.evaluations)
            self._curves.add_bars(reading.bars)

    def judged(self, signal: SignalFound, score: float, features: Sequence[float], outcome: Outcome) -> None:
        """Note a signal and what became of it."""
        self._say(f"S,{signal.ts_ns},{'L' if signal.direction > 0 else 'S'},{outcome}\n")
        self._signals.append((signal, score, features, outcome))

    def book(self, fill: Fill) -> RoundTrip | None:
        """Note a fill; the one that closes the position gives its round trip."""
        letter = "B" if fill.side > 0 else "S"
        self._say(f"F,{fill.ts_ns},{letter},{fill.contracts},{fill.price_ticks},{fill.reason}\n")
        self.outcome.fills.append(fill)
        settings = self._settings
        self.position, trip = book(
            self.position,
            fill,
            tick_cents=settings.instrument.tick_cents,
            commission_cents=settings.commission_cents,
        )
        if trip is not None:
            self.outcome.round_trips.append(trip)
        return trip

    def _say(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) >= LINES_MAX:
            self._settle()

    def _settle(self) -> None:
        self._hash.update("".join(self._lines).encode())
        self._lines.clear()

    def result(self, core: Confluence, quote: tuple[int, int] | None) -> Result:
        """The result so far. `core` has read the tape; `quote` is the exchange's prevailing one, in ticks."""
        self._settle()
        outcome = self.outcome
        outcome.signals = [
            SignalRow(
                ts_ns=signal.ts_ns,
                direction=signal.direction,
                price_ticks=signal.ask_ticks if signal.direction > 0 else signal.bid_ticks,
                score=score,
                features=tuple(features),
                outcome=became,
            )
            for signal, score, features, became in self._signals
        ]
        outcome.evaluated = core.evaluated
        outcome.score = core.score
        outcome.patterns = dict(self._fired)
        outcome.decision_hash = self._hash.hexdigest()
        outcome.open_at_end = self._open_position(quote or (core.last_price_ticks,) * 2)
        outcome.curves = self._curves.curves() if self._curves is not None else None
        return outcome

    def _open_position(self, quote: tuple[int, int]) -> OpenPosition | None:
        position, settings = self.position, self._settings
        if not position.side:
            return None
        mark_ticks = quote[0] if position.side > 0 else quote[1]
        instrument = settings.instrument
        cents = position.gross_cents(mark_ticks, instrument.tick_cents)
        cents -= position.commission_cents(settings.commission_cents)
        tick = float(instrument.tick)
        return OpenPosition(
            side="long" if position.side > 0 else "short",
            contracts=position.contracts,
            entry_ts_ns=position.entry_ts_ns,
            entry_price=position.entry_value / position.entered * tick,
            mark_price=mark_ticks * tick,
            unrealised_usd=cents / 100,
        )
