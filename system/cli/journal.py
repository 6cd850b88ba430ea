"""`bn journal`: back up and check the journal, in use or not."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from system.storage.journal import JournalCheck

journal = typer.Typer(help="Back up and check the journal of live trading, in use or not.", no_args_is_help=True)

File = Annotated[Path, typer.Option("--journal", metavar="F", help="The journal.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@journal.command()
def check(path: File, json_: Json = False) -> None:
    """Hold every event against the chain and every page against SQLite's rules; exit status 1 if anything is wrong."""
    from system.storage.journal import check_journal

    report = check_journal(path)
    typer.echo(json.dumps(_as_json(report), indent=2) if json_ else _as_text(report))
    if not report.ok:
        raise typer.Exit(1)


@journal.command()
def backup(
    path: File,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="The copy; replaces an earlier one only.")],
    json_: Json = False,
) -> None:
    """Copy the journal, checked, while it may be in use."""
    from system.storage.journal import backup_journal

    events = backup_journal(path, out)
    if json_:
        typer.echo(json.dumps({"path": str(out), "journal": str(path), "events": events}, indent=2))
    else:
        typer.echo(f"{out}: {events:,} events of {path}, checked")


def _as_json(report: "JournalCheck") -> dict[str, object]:
    from system.storage.tape_info import utc_text

    times = {"first_utc": report.first_ns, "last_utc": report.last_ns}
    return report.as_json() | {name: None if at is None else utc_text(at) for name, at in times.items()}


def _as_text(report: "JournalCheck") -> str:
    """A few aligned lines; the last one says whether all is well."""
    shown = _as_json(report)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.kinds.items())
    lines = {
        "version": report.version,
        "events": f"{report.events:,}" + (f" ({kinds})" if kinds else ""),
        "first": shown["first_utc"] or "none",
        "last": shown["last_utc"] or "none",
        "chain": "ok" if report.chain_ok else "broken",
        "integrity": "ok" if report.integrity_ok else "broken",
        "verdict": "ok" if report.ok else report.problem,
    }
    return "\n".join([report.path, *(f"  {name:<16}{value}" for name, value in lines.items())])
