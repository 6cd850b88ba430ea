"""The report's page: one HTML file that needs no network and holds its own charts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from simulator.replay.result import Result, TapeSummary
from simulator.report.bundle import asset, bundle
from simulator.report.drawing import drawing
from simulator.report.figures import Figures, comparison, figures, share, usd
from simulator.report.summary import INTERRUPTED, instrument, sources, tape_lines
from system.storage.atomic_file import atomic_file

PACKAGE: Final = "simulator.report"


def write_report(path: Path, tape: TapeSummary, results: Sequence[Result]) -> None:
    """Write the page. Raises InputError where `path` cannot be written; an existing file is replaced only then."""
    content = page(tape, results).encode()
    with atomic_file(path) as file:
        file.write(content)


def page(tape: TapeSummary, results: Sequence[Result]) -> str:
    """The page as text."""
    return bundle(
        asset(PACKAGE, "page.html"),
        style=asset(PACKAGE, "page.css"),
        contents=_contents(tape, results),
        script=asset(PACKAGE, "page.js"),
    )


def _contents(tape: TapeSummary, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "title": instrument(tape),
        "source": sources(tape),
        "counts": [words for words in list(tape_lines(tape))[1:] if words != INTERRUPTED],
        "interrupted": "" if tape.complete else INTERRUPTED,
        "comparison": [[line.label, line.part, *line.values] for line in comparison(results)],
        "profiles": [{**drawing(tape, result), **_told(result)} for result in results],
    }


def _told(result: Result) -> dict[str, Any]:
    """Key figures in words, and the counts of the two bar charts."""
    found = figures(result)
    return {
        "cards": [
            ["Net", _dollars(found.net_cents), "after commissions", _tone(found.net_cents)],
            ["Max drawdown", _dollars(found.max_drawdown_cents).lstrip("+"), "of closed round trips", ""],
            ["Round trips", f"{found.round_trips:,}", _won(result, found), ""],
            [
                "Signals",
                f"{found.signals:,}",
                f"{share(found.longs, found.signals)} long" if found.signals else "on this tape",
                "",
            ],
            [
                "Accepted",
                f"{found.outcomes.get('accepted', 0):,}",
                f"{sum(found.denied.values()):,} denied, {found.outcomes.get('close', 0):,} closes",
                "",
            ],
            ["Evaluations", f"{result.evaluated:,}", _range(result), ""],
        ],
        "rules": _rules(result),
        "hash": result.decision_hash,
        "outcomes": list(found.outcomes.items()),
        "patterns": [[name, count] for name, count in result.patterns.items() if count],
        "net": found.net_cents / 100,
    }


def _dollars(cents: int) -> str:
    text = usd(cents)
    return f"{text[0]}${text[1:]}" if text[0] in "+-" else f"${text}"


def _won(result: Result, found: Figures) -> str:
    won = f"{share(found.wins, found.round_trips)} won" if found.round_trips else "none completed"
    held = result.open_at_end
    return f"{won}; {held.contracts} {held.side} open" if held else won


def _tone(cents: int) -> str:
    return "loss" if cents < 0 else "gain" if cents > 0 else ""


def _range(result: Result) -> str:
    return f"score {result.score[0]:.2f} to {result.score[1]:.2f}" if result.score else "no score"


def _rules(result: Result) -> str:
    """The settings that a reader of the charts asks for first."""
    rules, profile = result.settings, result.profile
    adapted = " (adapted to the trend)" if profile.adapts else ""
    return (
        f"Long above {profile.long_above:g}, short below {profile.short_below:g}{adapted}; {profile.trigger} trigger; "
        f"{rules.contracts} contract{'s' * (rules.contracts != 1)}, stop {rules.stop_ticks} and target "
        f"{rules.target_ticks} ticks; ${rules.commission_cents / 100:.2f} per contract and side; orders take "
        f"{rules.order_latency_ns / 1e6:g} ms"
    )
