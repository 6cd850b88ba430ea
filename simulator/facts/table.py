"""What `bn tape facts` tells a person: every figure of every tape beside its band, then who lies outside."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.facts.measure import Facts
from simulator.facts.stretch import DAY, OVERNIGHT, RTH
from simulator.facts.verdict import Verdict, judge, tally

LABEL: Final = 34  # columns of the screen that the facts take at least
BAND: Final = 24
VALUE: Final = 12  # and each figure
WORDS: Final = {RTH: "RTH", OVERNIGHT: "overnight", DAY: "day"}
MARKS: Final = {True: ("in", "green"), False: ("OUT", "bold red"), None: ("few", "yellow")}
LEGEND: Final = (
    "in, OUT: of the band; few: too little data to judge; RTH: 09:30 to 16:00 New York, overnight: all other hours"
)
SHOWN_UNITS: Final = ("ticks", "contracts", "ms", "s")

Judged = dict[tuple[str, str], Verdict]


def show(tapes: Sequence[Facts], console: Console) -> None:
    """Print the tapes side by side; more than fit next to each other go into further tables."""
    judged = [judge(facts) for facts in tapes]
    for letter, facts in zip(_letters(tapes), tapes, strict=True):
        console.print(Text(f"{letter}{_summary(facts)}"))
    console.print(Text(LEGEND, style="dim"))
    fit = max(1, (console.width - LABEL - BAND) // (2 * VALUE))
    for first in range(0, len(tapes), fit):
        letters = _letters(tapes)[first : first + fit]
        for segments in ((RTH, OVERNIGHT), (DAY,)):
            console.print(_table(judged[first : first + fit], letters, segments))
    for facts, verdicts in zip(tapes, judged, strict=True):
        console.print(Text(_outcome(facts.name, verdicts)))


def _letters(tapes: Sequence[Facts]) -> list[str]:
    """What tells several tapes apart in the heads of the columns."""
    return [f"{number}: " if len(tapes) > 1 else "" for number in range(1, len(tapes) + 1)]


def _summary(facts: Facts) -> str:
    counts = facts.summary
    sessions = f"{counts['sessions']:,} session{'s' * (counts['sessions'] != 1)}"
    return (
        f"{facts.name}: {counts['events']:,} events, {counts['prints']:,} prints of {counts['contracts']:,} contracts, "
        f"{sessions}"
    )


def _table(judged: Sequence[Sequence[Verdict]], letters: Sequence[str], segments: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("whole day" if segments == (DAY,) else "", overflow="fold")
    for letter in letters:
        for segment in segments:
            table.add_column(f"{letter}{WORDS[segment]}", justify="right", overflow="fold")
    table.add_column("band", overflow="fold")
    found = [{(verdict.key, verdict.segment): verdict for verdict in verdicts} for verdicts in judged]
    for verdict in judged[0]:
        if verdict.segment == segments[0]:
            cells = [_cell(each[verdict.key, segment]) for each in found for segment in segments]
            table.add_row(_label(verdict), *cells, _band([found[0][verdict.key, segment] for segment in segments]))
    return table


def _label(verdict: Verdict) -> str:
    return f"{verdict.label}, {verdict.unit}" if verdict.unit in SHOWN_UNITS else verdict.label


def _cell(verdict: Verdict) -> Text:
    text = Text("-" if verdict.value is None else number(verdict.value))
    mark, style = MARKS[verdict.inside] if verdict.low is not None else ("", "")
    return text.append(f" {mark:<3}", style)


def _band(verdicts: Sequence[Verdict]) -> str:
    """One band where both segments share it; else both, RTH first."""
    bands = ["-" if each.low is None or each.high is None else _span(each.low, each.high) for each in verdicts]
    if set(bands) == {"-"}:
        return ""
    return bands[0] if len(set(bands)) == 1 else " | ".join(bands)


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}..{high:g}"


def number(value: float) -> str:
    """Four digits or so, and no more zeros than say something."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    for least, digits in ((1000, 0), (100, 1), (10, 2), (1, 3)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.4f}"


def _outcome(name: str, verdicts: Sequence[Verdict]) -> str:
    inside, judged = tally(verdicts)
    outside = "; ".join(_outside(verdicts))
    return f"{name}: {inside} of {judged} facts inside their bands" + (f"; outside: {outside}" if outside else "")


def _outside(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        if verdict.inside is False:
            yield f"{verdict.label} ({WORDS[verdict.segment]})"
