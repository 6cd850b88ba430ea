"""`bn doctor`: is this TWS fit to trade through? Step by step, and what to do where not."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from system.cli.config import ConfigFile, Overrides
from system.cli.wall_clock import wall_ns
from system.domain.errors import InputError

if TYPE_CHECKING:
    from system.broker.examination import Examination
    from system.broker.finding import Finding

MARKS = {True: "ok    ", False: "FAILED", None: "open  "}
PORTS = {(True, False): 7497, (False, False): 7496, (True, True): 4002, (False, True): 4001}


def doctor(
    host: Annotated[str, typer.Option(help="Where TWS or Gateway runs.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="[7497; --real 7496; --gateway 4002, 4001].")
    ] = None,
    client_id: Annotated[int, typer.Option(min=0, help="As the connection's name; one no other program uses.")] = 90,
    real: Annotated[bool, typer.Option("--real/--paper", help="What kind of account it is to be [paper].")] = False,
    gateway: Annotated[bool, typer.Option("--gateway", help="IB Gateway's ports.")] = False,
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Check TWS step by step; say what to do about each failure. Places no order."""
    import trio

    from system.broker.address import Address
    from system.broker.examination import Examination
    from system.config import load_config

    loaded = load_config(config, set_ or (), os.environ)
    settings = loaded.settings()
    if not host:
        raise InputError("--host: expected a name or an address")
    address = Address(host=host, port=port or PORTS[not real, gateway], client_id=client_id)
    examination = Examination(
        address=address,
        instrument=settings.instrument,
        paper=not real,
        roll_days=settings.roll_days,
        wall_ns=wall_ns,
        allow_sampled=loaded.allow_sampled,
    )
    findings = trio.run(_examine, examination, json_)
    if json_:
        typer.echo(json.dumps({"address": str(address), "steps": [finding.document() for finding in findings]}))
    return _status(findings)


async def _examine(examination: "Examination", quiet: bool) -> "list[Finding]":
    from system.broker.door import loop

    findings = []
    async with loop(lambda text: typer.echo(f"bn: {text}", err=True)):
        async for finding in examination.run():
            findings.append(finding)
            if not quiet:
                _print(finding)
    return findings


def _print(finding: "Finding") -> None:
    typer.echo(f"{MARKS[finding.ok]}  {finding.step:<21} {finding.text}")
    for line in finding.advice:
        typer.echo(f"        - {line}")


def _status(findings: "list[Finding]") -> int:
    failed = [finding.step for finding in findings if finding.ok is False]
    if not failed:
        return 0
    return 3 if failed[0] in ("port", "handshake") else 1
