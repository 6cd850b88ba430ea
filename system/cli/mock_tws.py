"""`bn mock-tws`: a TWS to test against, and a door to break it while it runs."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from system.cli.make_tape import FlowFile, Preset
from system.cli.wall_clock import wall_ns
from system.domain.errors import InputError

LOOPBACK = ("127.0.0.1", "localhost", "::1")

mock_tws = typer.Typer(help="A mock TWS: any client of Interactive Brokers' TWS can connect and trade in it.")
Port = Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: a free one.")]


@mock_tws.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    port: Port = 7497,
    host: Annotated[str, typer.Option(help="Address to listen on; anybody who reaches it can trade.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(min=0, help="Of the synthetic market and the account.")] = 1,
    tape: Annotated[
        list[Path] | None, typer.Option("--tape", metavar="F", help="Play a tape instead; repeatable.")
    ] = None,
    preset: Preset = None,
    flow: FlowFile = None,
    speed: Annotated[str, typer.Option(metavar="X", help="0.1 to 1000 times real time, or max.")] = "1",
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="[YYYY-MM-DD ]HH:MM in New York [10:00 of the last trading day].")
    ] = None,
    master: Annotated[int | None, typer.Option(min=0, help="Client id that hears of every client's orders.")] = None,
    faults: Annotated[Path | None, typer.Option(metavar="PLAN.toml", help="What goes wrong, and when.")] = None,
    log_wire: Annotated[bool, typer.Option("--log-wire", help="Log every message, readable.")] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="Print what it does as TWS would, and how that is known.")
    ] = False,
) -> None:
    """Serve until interrupted; a second command, `inject`, breaks a running one."""
    if context.invoked_subcommand is not None:
        context.obj = port
        return
    if rules:
        _print_rules()
        return
    if tape and (flow or preset):
        raise InputError(f"--{'flow' if flow else 'preset'}: expected without --tape: it is about synthetic sessions")
    from simulator.faults.plan import Plan, load_plan
    from simulator.faults.player import Player
    from simulator.flow.load import load_flow
    from simulator.tws import start as beginning
    from simulator.tws.run import run

    pace = _speed(speed)
    plan = load_plan(faults) if faults is not None else Plan()
    if tape:
        world = beginning.replayed(tape, seed, start, master)
    else:
        world = beginning.synthetic(seed, beginning.trading_day(wall_ns()), load_flow(flow, preset), start, master)
    world.faults = Player(world, plan, _log)
    if host not in LOOPBACK:
        _log(f"warning: listening on {host}: whoever reaches this port can trade here, and nothing asks who they are")
    if log_wire:
        from simulator.tws.wire_log import line

        world.log_wire = lambda session, way, message: _log(line(session, way, message, world.now_ns))
    run(world, host, port, pace, _log)


@mock_tws.command()
def inject(
    context: typer.Context,
    fault: Annotated[
        str | None,
        typer.Argument(metavar="FAULT", help="A fault's name, such as 1100 or half_open; without one they are listed."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Its settings, such as of=OpenOrderEnd.")
    ] = None,
    for_: Annotated[str | None, typer.Option("--for", metavar="TIME", help="How long: 30s, 500ms, 2m.")] = None,
    client: Annotated[int | None, typer.Option(min=0, help="Whose connection; else every one.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Whose mock [7497].")] = None,
) -> None:
    """Break the mock TWS that runs on a port, or pause, resume or ask it (pause, resume, status)."""
    from simulator.faults.kinds import listing
    from simulator.tws.control import request

    if fault is None:
        typer.echo(listing())
        return
    asked: dict[str, Any] = {"do": "inject", "fault": fault, "for": for_, "client": client}
    for word in settings or []:
        key, equals, value = word.partition("=")
        if not equals or not key or key in asked:
            raise InputError(f"{word}: expected a setting such as of=OpenOrderEnd")
        asked[key] = value
    if fault in ("pause", "resume", "status"):
        if settings or for_ is not None or client is not None:
            raise InputError(f"{fault}: expected no settings, --for or --client: it is about the whole mock")
        asked = {"do": fault}
    answer = request(port or context.obj, asked)
    typer.echo(" ".join(f"{key}={value}" for key, value in answer.items()) or "done")


def _speed(text: str) -> float:
    from simulator.tws.tcp import FASTEST, MAX_SPEED, SLOWEST

    if text == "max":
        return MAX_SPEED
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not SLOWEST <= speed <= FASTEST:
        raise InputError(f"--speed {text}: expected {SLOWEST} to {FASTEST:g}, or max")
    return speed


def _print_rules() -> None:
    from simulator.tws.rules import RULES

    for rule in RULES:
        typer.echo(f"{rule.kind:<10}  {rule.id}: {rule.text} [{rule.source}]")


def _log(line: str) -> None:
    sys.stderr.write(f"bn: {line}\n")
    sys.stderr.flush()
