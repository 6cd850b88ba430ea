"""`bn tape facts`: the stylised facts of tapes beside the bands of the real market."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from system.domain.errors import InputError

if TYPE_CHECKING:
    from simulator.facts.measure import Facts


def facts(
    tapes: Annotated[list[Path], typer.Argument(metavar="TAPE...", help="Tapes to measure, side by side.")],
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="F.html", help="Write a page with charts.")] = None,
) -> None:
    """Measure how tapes trade, beside the bands of the real market."""
    from system.storage.atomic_file import check_outputs

    if report is not None:
        check_outputs([report], tapes)
    measured = [_measure(path) for path in tapes]
    if report is not None:
        from simulator.facts.page import write_facts_page
        from simulator.facts.verdict import judge

        write_facts_page(report, measured, [judge(each) for each in measured])
    if json_:
        from simulator.facts.document import document

        typer.echo(json.dumps(document(measured)))
    else:
        from rich.console import Console

        from simulator.facts.table import show

        show(measured, Console())


def _measure(path: Path) -> "Facts":
    from simulator.facts.measure import measure
    from system.storage.tape import TapeReader

    with TapeReader(path) as tape:
        found = measure(path.name, tape.batches())
    if not found.summary["prints"]:
        raise InputError(f"{path}: no valid trade within trading hours; expected a tape with trades")
    return found
