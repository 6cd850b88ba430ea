"""`bn tape`: make, import and describe tapes."""

import typer

tape = typer.Typer(help="Make, import and describe tapes.", no_args_is_help=True)
