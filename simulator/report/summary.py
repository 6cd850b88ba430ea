"""What `bn sim` tells a person: the tape in a few lines, then the profiles side by side."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.replay.result import Result, TapeSummary
from simulator.report.figures import Line, comparison
from simulator.report.new_york import clock

LABEL: Final = 26  # columns of the screen that the labels take
VALUE: Final = 17  # and each profile, at least
MONEY: Final = ("net, $",)
INTERRUPTED: Final = "INTERRUPTED: what follows is up to there, not the whole tape"


def summary(tape: TapeSummary, results: Sequence[Result], console: Console) -> None:
    """Print the run. More profiles than fit next to each other go into further tables."""
    for words in tape_lines(tape):
        console.print(Text(words))
    fit = max(1, (console.width - LABEL) // VALUE)
    for first in range(0, len(results), fit):
        console.print(_table(results[first : first + fit]))


def tape_lines(tape: TapeSummary) -> Iterator[str]:
    """Source, counts, sessions and times; what is missing said out loud."""
    yield f"{instrument(tape)}: {sources(tape)}"
    counts = f"{tape.events:,} events, {tape.trades:,} trades"
    if tape.sessions:
        days = tape.sessions
        span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
        counts += f", {len(days)} session{'s' * (len(days) > 1)} ({span}){', partial' if tape.partial_session else ''}"
    yield counts
    if tape.first_ts_ns is not None and tape.last_ts_ns is not None:
        yield f"{clock(tape.first_ts_ns)} to {clock(tape.last_ts_ns)} New York"
    if tape.side_agreement is not None:
        yield f"sides agree with the tape's own on {100 * tape.side_agreement:.1f} % of its volume"
    if not tape.complete:
        yield INTERRUPTED


def instrument(tape: TapeSummary) -> str:
    """What was traded, as far as the tape says."""
    return f"{tape.symbol or 'unnamed instrument'} {tape.contract_month or ''}".strip()


def sources(tape: TapeSummary) -> str:
    """The first files, how many more, and the seed."""
    names = ", ".join(tape.sources[:3]) + (f" and {len(tape.sources) - 3} more" if len(tape.sources) > 3 else "")
    return (names or "no tape") + (f", seed {tape.seed}" if tape.seed is not None else "")


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    for result in results:
        table.add_column(result.profile.name, justify="right", overflow="fold")
    for line in comparison(results):
        table.add_row(Text(f"  {line.label}" if line.part else line.label), *_values(line))
    return table


def _values(line: Line) -> list[Text]:
    def style(value: str) -> str:
        if line.label in MONEY:
            return "red" if value.startswith("-") else "green" if value.startswith("+") else ""
        return "dim" if line.part else ""

    return [Text(value, style=style(value)) for value in line.values]
