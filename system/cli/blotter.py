"""`bn blotter`: what was traded live, from the journal, in the blotter's format."""

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from system.cli.account import AccountName, JournalFile, journal_of
from system.cli.config import ConfigFile, Overrides
from system.domain.errors import InputError

if TYPE_CHECKING:
    from system.wiring.live_day import LiveDay


def blotter(
    day: Annotated[
        str | None, typer.Option("--day", metavar="YYYY-MM-DD", help="Of one session only, named by Chicago's date.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="F", help="Write round trips: .csv, .parquet, .jsonl.")
    ] = None,
    journal: JournalFile = None,
    account: AccountName = "",
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Round trips of live trading from the journal, as `bn sim --blotter` writes them; the journal may be in use."""
    from simulator.report.blotter import row, write_rows
    from simulator.report.table_file import check_suffix
    from system.config import load_config
    from system.storage.atomic_file import check_outputs
    from system.storage.journal import read_journal
    from system.wiring.live_day import LiveReader

    loaded = load_config(config, set_ or (), os.environ)
    wanted = None if day is None else session_day(day, "--day")
    path = journal_of(loaded, account, journal)
    if out is not None:
        check_suffix(out)
        check_outputs([out], [path, *([config] if config else [])])
    found = LiveReader(loaded.settings(), wanted).read(read_journal(path))
    rows = [row(one.trip, one.instrument, loaded.profile) for one in found.trips]
    if out is not None:
        write_rows(out, rows)
    if json_:
        typer.echo(json.dumps(_document(path, found, rows)))
    else:
        _print(path, found, rows)
    return 0


def session_day(text: str, name: str) -> date:
    """A session's date. Raises InputError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name} {text!r}: expected a date such as 2024-06-05") from None


def _document(path: Path, found: "LiveDay", rows: list[Any]) -> dict[str, object]:
    from simulator.report.blotter import COLUMNS

    return {
        "journal": str(path),
        "round_trips": [
            dict(zip(COLUMNS, (float(one) if hasattr(one, "scaleb") else one for one in each), strict=True))
            | {"inferred": trip.is_inferred}
            for each, trip in zip(rows, found.trips, strict=True)
        ],
        "net_usd": net_cents(found) / 100,
        "corrected_later_usd": found.later_cents / 100,
        "open_contracts": found.open.side * found.open.contracts,
        "fills_without_a_position": len(found.strays),
        "fees": fees(found),
    }


def net_cents(found: "LiveDay") -> int:
    """The result of the round trips, with the configured commissions."""
    return sum(one.trip.net_cents for one in found.trips)


def fees(found: "LiveDay") -> dict[str, object]:
    """Commissions as configured and as reported, of as many executions as have been reported on."""
    known = found.fees
    return {
        "executions": known.executions,
        "configured_usd": known.configured_cents / 100,
        "reported": known.reported,
        "reported_usd": known.reported_cents / 100,
    }


def _print(path: Path, found: "LiveDay", rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from simulator.report.figures import usd
    from simulator.report.new_york import clock

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("side", "entered (New York)", "at", "left", "at", "by", "net, $"):
        table.add_column(name, justify="right" if name in ("at", "net, $") else "left")
    for (side, contracts, entry_ns, entry, exit_ns, exit_, reason, _, _), one in zip(rows, found.trips, strict=True):
        why = f"{reason} (inferred)" if one.is_inferred else reason
        cells = (clock(entry_ns), f"{entry:.2f}", clock(exit_ns), f"{exit_:.2f}", why, usd(one.trip.net_cents))
        table.add_row(f"{side} {contracts}", *cells)
    console = Console()
    if rows:
        console.print(table)
    for line in (f"{len(rows)} round trips, net {usd(net_cents(found))} USD, of {path}", *_remarks(found)):
        console.print(line, highlight=False, soft_wrap=True)


def _remarks(found: "LiveDay") -> list[str]:
    """What the rows do not say."""
    from simulator.report.figures import usd

    known, lines = found.fees, []
    if found.open.side:
        lines.append(f"open at the journal's end: {found.open.side * found.open.contracts:+d} contracts")
    if found.later_cents:
        lines.append(f"corrections after the trade: {usd(found.later_cents)} USD, not in the rows")
    if found.strays:
        lines.append(f"{len(found.strays)} fills follow from no position, and are in no row")
    if known.executions:
        told = f"{usd(known.reported_cents)} USD for {known.reported}"
        lines.append(f"commissions of {known.executions} executions: {usd(known.configured_cents)} as set, {told} told")
    return lines
