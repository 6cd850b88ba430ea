"""`bn record`: live ticks to tapes, without trading."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from system.cli.config import ConfigFile, Overrides
from system.cli.doctor import PORTS
from system.cli.wall_clock import wall_ns
from system.domain.errors import InputError

FOLDER = "recorded"  # in data_dir


def record(
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FOLDER", help="Where to [data_dir/recorded].")
    ] = None,
    host: Annotated[str, typer.Option(help="Where TWS or Gateway runs.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="[7497; --real 7496; --gateway 4002, 4001].")
    ] = None,
    client_id: Annotated[int, typer.Option(min=0, help="As the connection's name; not that of bn live.")] = 91,
    real: Annotated[bool, typer.Option("--real/--paper", help="What kind of account it is to be [paper].")] = False,
    gateway: Annotated[bool, typer.Option("--gateway", help="IB Gateway's ports.")] = False,
    config: ConfigFile = None,
    set_: Overrides = None,
) -> int:
    """Record the front month's ticks, a tape a session, until SIGTERM or Ctrl-C. Sends no order, asks for no books."""
    import trio

    from system.broker.address import Address
    from system.config import load_config
    from system.config.link import link_rules
    from system.domain.limits import OrderRules
    from system.wiring.console import Console
    from system.wiring.log import EventLog, library_events
    from system.wiring.recording import Recording, RecordPlan
    from system.wiring.wiring import Rules

    if not host:
        raise InputError("--host: expected a name or an address")
    loaded = load_config(config, set_ or (), os.environ)
    folder = out if out is not None else Path(loaded.data_dir).expanduser() / FOLDER
    _make(folder)
    plan = RecordPlan(
        address=Address(host=host, port=port or PORTS[not real, gateway], client_id=client_id),
        rules=Rules(
            settings=loaded.settings(), link=link_rules(loaded), orders=OrderRules(client_id=client_id), is_dry=True
        ),
        is_paper=not real,
        folder=folder,
        account=loaded.account,
    )
    console = Console(sys.stderr.fileno())
    log = EventLog(Path(loaded.log_dir).expanduser(), wall_ns, lambda _level, line: console.say(line))

    try:
        with library_events(log):
            trio.run(Recording(plan, wall_ns=wall_ns, log=log, services=[console.run]).run)
    finally:
        log.close()
        console.close()
    return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot make this folder: {error.strerror}") from error
