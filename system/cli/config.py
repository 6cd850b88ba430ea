"""`bn config`: check, show and describe the configuration."""

import os
from pathlib import Path
from typing import Annotated

import typer

config = typer.Typer(help="Check, show and describe the configuration.", no_args_is_help=True)

ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="F", help="TOML file; see ops/config.example.toml.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One value, stronger than file and environment.")
]


@config.command()
def check(config: ConfigFile = None, set_: Overrides = None) -> None:
    """Say whether the configuration is right; if not, what is wrong and where."""
    from system.config import load_config

    load_config(config, set_ or (), os.environ)
    typer.echo("configuration ok")


@config.command()
def show(config: ConfigFile = None, set_: Overrides = None) -> None:
    """Print every value in force as TOML, and where it came from."""
    from system.config import load
    from system.config.show import show

    loaded = load(config, set_ or (), os.environ)
    typer.echo(show(loaded.config, loaded.origins), nl=False)


@config.command()
def schema() -> None:
    """Print the JSON schema of the configuration file."""
    import json

    from system.config.show import schema

    typer.echo(json.dumps(schema(), indent=2))
