"""`bn tape`: make, import, describe and measure tapes, and fit the synthetic market to them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from system.cli.facts import facts
from system.cli.make_tape import FlowFile, Preset

if TYPE_CHECKING:
    from system.cli.make_tape import Made
    from system.storage.importing.run import Imported
    from system.storage.tape_info import TapeInfo

tape = typer.Typer(help="Make, import, describe and measure tapes.", no_args_is_help=True)
tape.command()(facts)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@tape.command()
def info(
    tapes: Annotated[list[Path], typer.Argument(metavar="TAPE...", help="Tapes to describe.")], json_: Json = False
) -> None:
    """Describe tapes: events, times, sessions, prices, volume."""
    from system.storage.tape_info import tape_info

    infos = [tape_info(path) for path in tapes]
    if json_:
        typer.echo(json.dumps({"tapes": [each.as_json() for each in infos]}, indent=2))
    else:
        typer.echo("\n\n".join(_describe(each) for each in infos))


@tape.command("import")
def import_(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", help="DBN, LEAN tick zips, CSV or Parquet.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT.parquet", help="The tape to write.")],
    symbol: Annotated[str | None, typer.Option(metavar="ES|MES", help="Which product, or what a table holds.")] = None,
    contract: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Which contract month.")] = None,
    json_: Json = False,
) -> None:
    """Turn recordings into one tape, in the order of time."""
    from system.domain.errors import InputError
    from system.domain.instrument import INSTRUMENTS, ContractMonth
    from system.storage.importing.run import import_tape

    if symbol is not None and symbol not in INSTRUMENTS:
        raise InputError(f"--symbol {symbol}: expected {' or '.join(INSTRUMENTS)}")
    try:
        month = None if contract is None else ContractMonth.parse(contract)
    except ValueError as error:
        raise InputError(f"--contract: {error}") from error
    done = import_tape(sources, out, symbol, month)
    typer.echo(json.dumps(_imported_json(out, done), indent=2) if json_ else _imported_text(out, done))


@tape.command()
def make(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT.parquet", help="The tape to write.")],
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="The same seed makes the same tape.")] = 1,
    sessions: Annotated[
        int, typer.Option(metavar="N", min=1, max=10_000, help="How many trading days, 1 to 10000.")
    ] = 1,
    start: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The first day [2024-03-18].")] = None,
    preset: Preset = None,
    flow: FlowFile = None,
    json_: Json = False,
) -> None:
    """Make a synthetic tape of whole sessions."""
    from datetime import date

    from simulator.flow.load import load_flow
    from system.cli.make_tape import make_tape
    from system.domain.errors import InputError
    from system.storage.atomic_file import check_outputs

    check_outputs([out], [flow] if flow else [])
    try:
        first_day = None if start is None else date.fromisoformat(start)
    except ValueError as error:
        raise InputError(f"--start {start}: expected a date, YYYY-MM-DD") from error
    done = make_tape(out, seed, sessions, first_day, load_flow(flow, preset))
    typer.echo(json.dumps(_made_json(out, done), indent=2) if json_ else _made_text(out, done))


@tape.command()
def fit(
    tapes: Annotated[list[Path], typer.Argument(metavar="TAPE...", help="Recorded tapes, in the order of time.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FLOW.toml", help="The flow file to write.")],
    json_: Json = False,
) -> None:
    """Measure the synthetic market's parameters on recorded tapes; a day or two of them are best."""
    from system.cli.fit import fit_tapes

    done = fit_tapes(tapes, out)
    typer.echo(json.dumps(done.as_json(), indent=2) if json_ else done.as_text())


def _describe(each: "TapeInfo") -> str:
    """A few aligned lines about one tape."""
    shown = each.as_json()
    days = each.sessions
    sessions = ", ".join([str(len(days)), *([f"{days[0]} to {days[-1]}"] if days else [])])
    lines = {
        "instrument": f"{each.symbol or 'unknown'} {each.contract_month}".strip(),
        "source": each.source or "unknown",
        "seed": each.seed if each.seed is not None else "none",
        "events": f"{each.events:,}",
        "quotes": f"{each.quotes:,} ({each.quotes_invalid:,} invalid, {each.one_sided:,} of them one-sided)",
        "trades": f"{each.trades:,} ({each.trades_invalid:,} invalid)",
        "gaps, seeds": f"{each.gaps:,}, {each.seeds:,}",
        "first": shown["first_utc"],
        "last": shown["last_utc"],
        "sessions": sessions,
        "prices": "none" if each.low_ticks is None else f"{shown['price_low']:.2f} to {shown['price_high']:.2f}",
        "volume": f"{each.volume:,}",
        "one-tick spread": _percent(shown["spread_one_tick_share"], "valid quotes"),
        "side known": _percent(shown["side_known_share"], "valid trades"),
        "file": f"{each.size_bytes:,} bytes, {each.row_groups:,} row groups",
    }
    return "\n".join([str(each.path), *(f"  {name:<16}{value}" for name, value in lines.items())])


def _percent(share: object, of: str) -> str:
    return f"{share:.1%} of {of}" if isinstance(share, float) else f"no {of}"


def _imported_json(out: Path, done: "Imported") -> dict[str, object]:
    from system.storage.tape_info import utc_text

    return {
        "path": str(out),
        "sources": list(done.sources),
        "symbol": done.meta.symbol,
        "contract_month": str(done.meta.contract_month or ""),
        "source": done.meta.source,
        "events": done.events,
        **{f"{kind}s": count for kind, count in done.counts.items()},
        "dropped": done.dropped,
        "first_ts_ns": done.first_ts_ns,
        "last_ts_ns": done.last_ts_ns,
        "first_utc": utc_text(done.first_ts_ns),
        "last_utc": utc_text(done.last_ts_ns),
    }


def _imported_text(out: Path, done: "Imported") -> str:
    from system.storage.tape_info import utc_text

    what = f"{done.meta.symbol or 'unknown'} {done.meta.contract_month or ''}".strip()
    counts = ", ".join(f"{count:,} {kind}s" for kind, count in done.counts.items() if count)
    lines = [
        f"{out}: {what} from {done.meta.source}: {done.events:,} events ({counts})",
        f"  {utc_text(done.first_ts_ns)} to {utc_text(done.last_ts_ns)}",
        *(f"  dropped: {number:,} {why}" for why, number in done.dropped.items()),
    ]
    return "\n".join(lines)


def _made_json(out: Path, done: "Made") -> dict[str, object]:
    from system.storage.tape_info import utc_text

    return {
        "path": str(out),
        "symbol": done.meta.symbol,
        "contract_month": str(done.meta.contract_month or ""),
        "source": done.meta.source,
        "seed": done.meta.seed,
        "events": done.events,
        "quotes": done.quotes,
        "trades": done.trades,
        "sessions": [day.isoformat() for day in done.days],
        "first_ts_ns": done.first_ts_ns,
        "last_ts_ns": done.last_ts_ns,
        "first_utc": utc_text(done.first_ts_ns),
        "last_utc": utc_text(done.last_ts_ns),
    }


def _made_text(out: Path, done: "Made") -> str:
    from system.storage.tape_info import utc_text

    what = f"{done.meta.symbol} {done.meta.contract_month or ''}".strip()
    days = f"{len(done.days)} session{'s' if len(done.days) > 1 else ''}"
    return (
        f"{out}: {what}, {days} from seed {done.meta.seed}: "
        f"{done.events:,} events ({done.quotes:,} quotes, {done.trades:,} trades)\n"
        f"  {utc_text(done.first_ts_ns)} to {utc_text(done.last_ts_ns)}"
    )
