"""`bn live`: trade, next to TWS, until told to stop."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from system.cli.config import ConfigFile, Overrides
from system.cli.doctor import PORTS
from system.cli.wall_clock import wall_ns
from system.domain.errors import InputError

if TYPE_CHECKING:
    from system.config.model import Config
    from system.wiring.console import Console
    from system.wiring.service import Plan, Running


def live(
    kind: Annotated[
        bool | None, typer.Option("--paper/--real", help="The kind of account it is to be; one of the two is needed.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where TWS or Gateway runs.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="[7497; --real 7496; --gateway 4002, 4001].")
    ] = None,
    client_id: Annotated[int, typer.Option(min=1, help="As the connection's name; always the same one.")] = 1,
    gateway: Annotated[bool, typer.Option("--gateway", help="IB Gateway's ports.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Signals and what the gate says of them; no orders.")
    ] = False,
    record_wire: Annotated[bool, typer.Option("--record-wire", help="Keep every message both ways.")] = False,
    exit_if_halted: Annotated[
        bool, typer.Option("--exit-if-halted", help="End with status 4 where the journal says halted.")
    ] = False,
    config: ConfigFile = None,
    set_: Overrides = None,
) -> int:
    """Trade through TWS until SIGTERM or Ctrl-C; status 3 where the link is given up."""
    from system.broker.address import Address
    from system.config import load_config
    from system.wiring.console import Console
    from system.wiring.rules import live_rules
    from system.wiring.service import Plan

    if kind is None:
        raise InputError("bn live: expected --paper or --real")
    if not host:
        raise InputError("--host: expected a name or an address")
    loaded = load_config(config, set_ or (), os.environ)
    address = Address(host=host, port=port or PORTS[kind, gateway], client_id=client_id)
    plan = Plan(
        config=loaded,
        address=address,
        rules=live_rules(loaded, client_id=client_id, is_dry=dry_run),
        is_paper=kind,
        records_wire=record_wire,
        exits_if_halted=exit_if_halted,
    )
    if not kind and not dry_run:
        _confirm(loaded)
    console = Console(sys.stderr.fileno())
    try:
        _run(plan, console, Path(loaded.log_dir).expanduser())
    finally:
        console.close()
    return 0


def _run(plan: "Plan", console: "Console", logs: Path) -> None:
    """On a terminal one panel; else lines."""
    import trio

    from system.wiring.log import EventLog, library_events
    from system.wiring.panel import LivePanel
    from system.wiring.service import Live

    panel = LivePanel(console) if console.is_terminal else None
    log = EventLog(logs, wall_ns, panel.say if panel else lambda _level, line: console.say(line))

    async def show(running: "Running") -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(console.run)
            if panel:
                nursery.start_soon(panel.run, running.status, log)

    try:
        with library_events(log), panel or nullcontext():
            trio.run(Live(plan, wall_ns=wall_ns, log=log, services=[show]).run)
    finally:
        log.close()


def _confirm(config: "Config") -> None:
    """Real money: only at a terminal, only after this very program has run on paper, only by that word."""
    from system.domain.errors import RefusedError
    from system.wiring.runs import has_recent_paper_run
    from system.wiring.version import version

    if not sys.stdin.isatty():
        raise RefusedError("--real: expected a terminal, at which to type CONFIRME")
    if not has_recent_paper_run(config, version(), wall_ns()):
        wanted = "with --paper, at IB and ended well, in the last 7 days"
        raise RefusedError(f"--real: expected a run of this version ({version()}) {wanted}")
    sys.stderr.write("This trades real money. Type CONFIRME to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "CONFIRME":
        raise RefusedError("--real: not confirmed; nothing was done")
