"""`bn status`, `halt`, `resume` and `flatten`: talk to a running `bn live`, or to the journal where none runs."""

import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from system.cli.config import ConfigFile, Overrides
from system.cli.output import is_lost
from system.cli.wall_clock import wall_ns
from system.domain.errors import LinkGaveUpError

if TYPE_CHECKING:
    from system.config import Config
    from system.wiring.places import Places

Account = Annotated[str, typer.Option("--account", metavar="NAME", help="Which account, where there are several.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Reason = Annotated[list[str] | None, typer.Argument(metavar="[REASON]...", help="Kept in the journal, and shown.")]


def status(
    account: Account = "",
    watch: Annotated[bool, typer.Option("--watch", help="Again every second, until interrupted.")] = False,
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Json = False,
) -> None:
    """Show how things stand: link, position, gate, orders. Without a running bn live: what the journal knows."""
    loaded, places = _places(config, set_, account)
    if watch:
        _watch(loaded, places, json_)
    elif json_:
        typer.echo(json.dumps(_look(loaded, places), indent=2))
    else:
        from rich.console import Console

        from system.wiring.panel import panel

        Console(file=sys.stdout).print(panel(_look(loaded, places)))


def halt(
    reason: Reason = None,
    account: Account = "",
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Json = False,
) -> int:
    """No more entries until resumed; what is held stays protected. Without a running bn live: from the next one on."""
    return _tell("halt", " ".join(reason or ()), _places(config, set_, account)[1], json_)


def resume(account: Account = "", config: ConfigFile = None, set_: Overrides = None, json_: Json = False) -> int:
    """Let entries in again after a halt, whatever it came from."""
    return _tell("resume", "", _places(config, set_, account)[1], json_)


def flatten(
    reason: Reason = None,
    account: Account = "",
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Json = False,
) -> int:
    """Halt, and close what is held at market. Needs a running bn live."""
    return _tell("flatten", " ".join(reason or ()), _places(config, set_, account)[1], json_)


def _places(config: ConfigFile, set_: Overrides, account: str) -> "tuple[Config, Places]":
    from system.config import load_config
    from system.wiring.places import chosen

    loaded = load_config(config, set_ or (), os.environ)
    return loaded, chosen(loaded, account)


def _look(config: "Config", places: "Places") -> dict[str, Any]:
    """What a running one says, or else the journal."""
    from system.wiring.control import ask

    told = ask(places.socket, {"do": "status"})
    if told is None:
        from system.wiring.status import status_of_journal

        told = status_of_journal(places, config.settings(), wall_ns()).document()
    return told


def _watch(config: "Config", places: "Places", json_: bool) -> None:
    import trio
    from rich.console import Console
    from rich.live import Live

    from system.wiring.panel import EVERY_S, panel

    async def run(show: Callable[[], None]) -> None:
        while True:
            show()
            sys.stdout.flush()
            if is_lost():
                return
            await trio.sleep(EVERY_S)

    console = Console(file=sys.stdout)
    if json_:
        trio.run(run, lambda: typer.echo(json.dumps(_look(config, places))))
    elif not console.is_terminal:  # one below the other: a Live would keep all but the last to itself
        trio.run(run, lambda: console.print(panel(_look(config, places))))
    else:
        with Live(console=console, auto_refresh=False) as live:
            trio.run(run, lambda: live.update(panel(_look(config, places)), refresh=True))


def _tell(what: Literal["halt", "resume", "flatten"], reason: str, places: "Places", json_: bool) -> int:
    """Have it done; the exit status: 0 done, 1 not known yet."""
    from system.storage.masking import mask_text
    from system.wiring.control import ask

    told = ask(places.socket, {"do": what, "reason": reason})
    is_running = told is not None
    if told is None:
        if what == "flatten":
            raise LinkGaveUpError(
                f"account {mask_text(places.account)}: no bn live runs, and flatten needs one: start it, or close"
                " the position in TWS"
            )
        from system.wiring.operator import tell_journal

        told = {"done": True, "text": tell_journal(places, what, reason, wall_ns)}
    if json_:
        account = mask_text(places.account)
        document = {"account": account, "running": is_running, "done": told["done"], "text": told["text"]}
        typer.echo(json.dumps(document, indent=2))
    else:
        typer.echo(told["text"] + ("" if is_running else " (in the journal: no bn live runs)"))
    return 0 if told["done"] else 1
