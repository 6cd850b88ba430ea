"""The whole method on a tape: `run(events, settings)`."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from tests.reference import calendar
from tests.reference.confluence import Confluence, Evaluation
from tests.reference.events import GAP, SEED, TRADE, Event, Trade, valid_trade
from tests.reference.exchange import Exchange, Fill
from tests.reference.flow import Flow
from tests.reference.gate import ACCEPTED, CLOSE, Gate
from tests.reference.ledger import Ledger, OpenAtEnd, RoundTrip
from tests.reference.patterns import Firing, Patterns
from tests.reference.quotes import PrevailingQuote, Quote
from tests.reference.settings import Settings


@dataclass(frozen=True, slots=True)
class Signal:
    ts_ns: int
    direction: int  # +1 long, -1 short
    score: float
    features: tuple[float, ...]  # in the order of settings.FEATURES
    outcome: str
    long_above: float  # as adapted
    short_below: float


@dataclass
class Result:
    signals: list[Signal] = field(default_factory=list)
    evaluated: int = 0
    score_min: float | None = None
    score_max: float | None = None
    score_mean: float | None = None
    denied: dict[str, int] = field(default_factory=dict)
    patterns: dict[str, int] = field(default_factory=dict)
    firings: list[Firing] = field(default_factory=list)
    battles: list[tuple[int, float]] = field(default_factory=list)  # bar close, battle outcome
    fills: list[Fill] = field(default_factory=list)
    round_trips: list[RoundTrip] = field(default_factory=list)
    open_at_end: OpenAtEnd | None = None
    decision_lines: list[str] = field(default_factory=list)
    decision_hash: str = ""


class Replay:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: date | None = None
        self._quotes = PrevailingQuote()
        self._flow = Flow(settings.window, settings.aggressor)
        self._confluence = Confluence(settings)
        self._patterns = Patterns(settings.pattern_bar_trades, settings.gamma_levels_ticks)
        self._gate = Gate(settings)
        self._exchange = Exchange(settings.latency_ns)
        self._ledger = Ledger(settings.instrument.cents_per_tick, settings.commission_cents)
        self._flatten_ns: int | None = None  # when the clock flattens the open position
        self._booked = 0  # fills that the ledger has seen
        self._scores: list[float] = []
        self._now_ns = 0
        self._result = Result()

    def see(self, event: Event) -> None:
        """The order of work at one event: commands and the clock, resting orders, the strategy."""
        assert event.ts_ns >= self._now_ns, "events are sorted by time"
        self._now_ns = event.ts_ns
        self._catch_up(event.ts_ns)
        if calendar.in_break(event.ts_ns):
            return
        self._exchange.meet(event)
        self._book_fills()
        self._strategy_sees(event)

    # what time makes due

    def _catch_up(self, ts_ns: int) -> None:
        """Commands that have arrived act, and what the clock makes due is issued, in the order of their times."""
        while True:
            arrival = self._exchange.next_arrival_ns()
            position = self._exchange.position
            if arrival is not None:
                if arrival > ts_ns:
                    # The clock can wait: while an exit is under way it issues nothing.
                    return
                self._exchange.act_on_arrival()
                self._book_fills()
            elif position is not None and self._exchange.exit is None and self._flatten_is_due(ts_ns):
                assert self._flatten_ns is not None
                self._exchange.submit_exit(self._flatten_ns, "flatten")
            else:
                return

    def _flatten_is_due(self, ts_ns: int) -> bool:
        return self._flatten_ns is not None and self._flatten_ns <= ts_ns

    def _book_fills(self) -> None:
        """Takes new fills into the ledger, the gate and the decision lines."""
        for fill in self._exchange.fills[self._booked :]:
            self._booked += 1
            line = f"F,{fill.ts_ns},{fill.action},{fill.contracts},{fill.price_ticks},{fill.reason}"
            self._result.decision_lines.append(line)
            if fill.reason == "entry":
                self._flatten_ns = calendar.first_flatten(fill.ts_ns, self._settings.flat_by_second)
            trip = self._ledger.see(fill)
            if trip is not None:
                self._gate.closed(trip)
                self._flatten_ns = None

    # the strategy

    def _strategy_sees(self, event: Event) -> None:
        session = calendar.session_of(event.ts_ns)
        if session != self._session:
            self._session = session
            self._flow.restart()
            self._confluence.restart()
            self._patterns.restart()
        if event.kind == GAP:
            self._flow.gap()
            self._confluence.gap()
            self._patterns.gap()
        elif event.kind == SEED and event.seed_price_size is not None and event.seed_size is not None:
            self._flow.seed(event.seed_price_size, event.seed_size)
        elif event.kind == TRADE:
            trade = valid_trade(event)
            if trade is not None:
                self._strategy_sees_trade(trade, self._quotes.at(trade.ts_ns))
        self._quotes.see(event)

    def _strategy_sees_trade(self, trade: Trade, quote: Quote | None) -> None:
        volumes = self._flow.see(trade, quote)
        self._patterns.see(trade, volumes, quote)
        evaluation = self._confluence.judge(trade, quote, self._flow)
        if evaluation is None:
            return
        self._scores.append(evaluation.score)
        if evaluation.is_signal:
            assert quote is not None
            self._decide(evaluation, quote)

    def _decide(self, evaluation: Evaluation, quote: Quote) -> None:
        ts_ns, direction = evaluation.ts_ns, evaluation.state
        outcome = self._gate.judge(ts_ns, direction, self._exchange, self._patterns.fired_lately(direction))
        if outcome == CLOSE:
            self._exchange.submit_exit(ts_ns, "opposite")
        elif outcome == ACCEPTED:
            reference = quote.ask if direction > 0 else quote.bid
            self._exchange.submit_entry(
                ts_ns,
                direction,
                self._settings.contracts,
                stop=reference - direction * self._settings.stop_ticks,
                target=reference + direction * self._settings.target_ticks,
            )
            self._gate.entered(ts_ns)
        self._result.signals.append(
            Signal(
                ts_ns,
                direction,
                evaluation.score,
                evaluation.features,
                outcome,
                evaluation.long_above,
                evaluation.short_below,
            )
        )
        self._result.decision_lines.append(f"S,{ts_ns},{'L' if direction > 0 else 'S'},{outcome}")

    # the end

    def result(self) -> Result:
        result = self._result
        result.evaluated = len(self._scores)
        if self._scores:
            result.score_min, result.score_max = min(self._scores), max(self._scores)
            result.score_mean = math.fsum(self._scores) / len(self._scores)
        outcomes = Counter(signal.outcome for signal in result.signals)
        result.denied = {name: count for name, count in outcomes.items() if name not in (ACCEPTED, CLOSE)}
        result.patterns = dict(self._patterns.counts)
        result.firings = self._patterns.firings
        result.battles = self._patterns.battles
        result.fills = self._exchange.fills
        result.round_trips = self._ledger.round_trips
        mark = self._exchange.mark(self._now_ns)
        if mark is not None:
            result.open_at_end = self._ledger.open_at_end(mark)
        result.decision_hash = hash_of(result.decision_lines)
        return result


def hash_of(lines: Iterable[str]) -> str:
    """sha256 of the lines, each ended by a newline."""
    return hashlib.sha256("".join(line + "\n" for line in lines).encode("ascii")).hexdigest()


def run(events: Iterable[Event], settings: Settings) -> Result:
    """Replays a tape, sorted by time, under these settings."""
    replay = Replay(settings)
    for event in events:
        replay.see(event)
    return replay.result()
