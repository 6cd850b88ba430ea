"""The figures of a result that the document, the summary and the page share, worked out once, in integer cents."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

from simulator.replay.result import Result
from system.domain.instrument import Instrument
from system.domain.position import RoundTrip

TAKEN: Final = ("accepted", "close")
# METHOD.md 6, in the order in which reasons are looked at.
DENIALS: Final = (
    "halted",
    "position_open",
    "outside_entry_hours",
    "cooldown",
    "daily_loss",
    "max_trades",
    "consecutive_losses",
    "no_pattern",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts and money of one result. Money is net of commissions and of closed round trips only."""

    signals: int
    longs: int
    outcomes: dict[str, int]  # those that occurred: accepted, close, then denials in METHOD.md's order
    round_trips: int
    wins: int  # net above 0
    net_cents: int
    max_drawdown_cents: int  # the largest fall of the cumulated net from its running peak, which starts at 0

    @property
    def denied(self) -> dict[str, int]:
        """Outcomes that are neither accepted nor close."""
        return {reason: count for reason, count in self.outcomes.items() if reason not in TAKEN}


def figures(result: Result) -> Figures:
    """Work out what the rows of a result come to."""
    counted = Counter(signal.outcome for signal in result.signals)
    known = [outcome for outcome in (*TAKEN, *DENIALS) if outcome in counted]
    net = equity_cents(result.round_trips)
    return Figures(
        signals=len(result.signals),
        longs=sum(signal.direction > 0 for signal in result.signals),
        outcomes={outcome: counted[outcome] for outcome in dict.fromkeys((*known, *sorted(counted)))},
        round_trips=len(result.round_trips),
        wins=sum(trip.net_cents > 0 for trip in result.round_trips),
        net_cents=net[-1] if net else 0,
        max_drawdown_cents=max(drawdown_cents(net), default=0),
    )


def equity_cents(trips: Sequence[RoundTrip]) -> list[int]:
    """The net result after each round trip, cumulated."""
    return list(accumulate(trip.net_cents for trip in trips))


def drawdown_cents(equity: Sequence[int]) -> list[int]:
    """How far each value lies under the running peak, which starts at 0."""
    return [peak - value for peak, value in zip(list(accumulate(equity, max, initial=0))[1:], equity, strict=True)]


def points(ticks: Fraction | int, instrument: Instrument) -> float:
    """A price in points, from ticks."""
    return float(ticks * Fraction(instrument.tick))


def usd(cents: int) -> str:
    """For a person: +1,234.50."""
    return f"{'-' if cents < 0 else '+' if cents > 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the side-by-side table: a label and a value per result. A part is indented under the line before it."""

    label: str
    values: tuple[str, ...]
    part: bool = False


def comparison(results: Sequence[Result]) -> Iterator[Line]:
    """The side-by-side table, a value per result in each line."""
    found = [figures(result) for result in results]
    pairs = list(zip(results, found, strict=True))

    def line(label: str, value: Callable[[Result, Figures], str]) -> Line:
        return Line(label=label, values=tuple(value(result, figure) for result, figure in pairs))

    def parts(columns: Sequence[dict[str, int]]) -> Iterator[Line]:
        for name in dict.fromkeys(name for column in columns for name in column):
            yield Line(label=name, values=tuple(f"{column.get(name, 0):,}" for column in columns), part=True)

    yield line("evaluations", lambda result, _: f"{result.evaluated:,}")
    yield line("signals", lambda _, figure: f"{figure.signals:,}")
    yield line("long share", lambda _, figure: share(figure.longs, figure.signals))
    yield line("accepted", lambda _, figure: f"{figure.outcomes.get('accepted', 0):,}")
    yield line("closes", lambda _, figure: f"{figure.outcomes.get('close', 0):,}")
    yield line("denied", lambda _, figure: f"{sum(figure.denied.values()):,}")
    yield from sorted(parts([figure.denied for figure in found]), key=_denial_order)
    yield line("patterns", lambda result, _: f"{sum(result.patterns.values()):,}")
    yield from parts([{name: count for name, count in result.patterns.items() if count} for result in results])
    yield line("round trips", lambda _, figure: f"{figure.round_trips:,}")
    yield line("wins", lambda _, figure: f"{figure.wins:,}")
    yield line("net, $", lambda _, figure: usd(figure.net_cents))
    yield line("max drawdown, $", lambda _, figure: usd(figure.max_drawdown_cents).lstrip("+"))
    yield line("open at end", lambda result, _: _held(result))
    yield line("decision hash", lambda result, _: result.decision_hash[:12])


def share(part: int, whole: int) -> str:
    """A percentage, or a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _denial_order(line: Line) -> int:
    return DENIALS.index(line.label) if line.label in DENIALS else len(DENIALS)


def _held(result: Result) -> str:
    held = result.open_at_end
    return f"{held.side} {held.contracts} ({usd(round(held.unrealised_usd * 100))})" if held else "flat"
