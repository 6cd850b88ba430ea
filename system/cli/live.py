"""`bn live`: trade, next to TWS, until told to stop."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from system.cli.config import ConfigFile, Overrides
from system.cli.doctor import PORTS
from system.cli.wall_clock import wall_ns
from system.domain.errors import InputError

if TYPE_CHECKING:
    from system.config.model import Config
    from system.wiring.wiring import Rules


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
    import trio

    from system.broker.address import Address
    from system.config import load_config
    from system.wiring.service import Live, Plan

    if kind is None:
        raise InputError("bn live: expected --paper or --real")
    if not host:
        raise InputError("--host: expected a name or an address")
    loaded = load_config(config, set_ or (), os.environ)
    address = Address(host=host, port=port or PORTS[kind, gateway], client_id=client_id)
    plan = Plan(
        address=address,
        rules=_rules(loaded, client_id, dry_run),
        paper=kind,
        folder=_folder,
        records_wire=record_wire,
        exits_if_halted=exit_if_halted,
    )
    trio.run(Live(plan, wall_ns=wall_ns, log=_log).run)
    return 0


def _rules(config: "Config", client_id: int, is_dry: bool) -> "Rules":
    from system.config.link import link_rules
    from system.domain.limits import OrderRules
    from system.wiring.wiring import Rules

    return Rules(
        settings=config.settings(),
        link=link_rules(config),
        orders=OrderRules(client_id=client_id),
        allow_partial_vwap=config.allow_partial_vwap,
        is_dry=is_dry,
    )


def _folder(account: str) -> Path:
    folder = Path("data") / account
    (folder / "tapes").mkdir(parents=True, exist_ok=True)
    return folder


def _log(event: str, /, **fields: object) -> None:
    sys.stderr.write(f"{event} {' '.join(f'{k}={v}' for k, v in fields.items())}\n")
