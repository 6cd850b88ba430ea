"""`bn config`: check, show and describe the configuration."""

import typer

config = typer.Typer(help="Check, show and describe the configuration.", no_args_is_help=True)
