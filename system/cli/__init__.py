"""The command `bn`: the composition root, and the only place that imports `simulator`.

Commands import what they run inside their bodies, so that `bn --help` costs no more than the parser.
"""

import os
import sys
from contextlib import suppress
from typing import Final, NoReturn

import typer
from typer.exceptions import TyperException

from system.cli.blotter import blotter
from system.cli.chaos import chaos
from system.cli.compare import compare
from system.cli.config import config
from system.cli.control import flatten, halt, resume, status
from system.cli.doctor import doctor
from system.cli.journal import journal
from system.cli.live import live
from system.cli.mock_tws import mock_tws
from system.cli.output import guard
from system.cli.record import record
from system.cli.replay import replay
from system.cli.sim import sim
from system.cli.tape import tape
from system.domain.errors import BnError, InputError

READER_GONE: Final = 141  # as a shell reports an end by SIGPIPE

app = typer.Typer(
    name="bn",
    help="Trade ES and MES with the Battle Navale order-flow method, and replay, record and test it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(sim)
app.command()(live)
app.command()(doctor)
app.command()(chaos)
app.command()(status)
app.command()(halt)
app.command()(resume)
app.command()(flatten)
app.command()(record)
app.command()(blotter)
app.command()(compare)
app.command()(replay)
app.add_typer(tape, name="tape")
app.add_typer(mock_tws, name="mock-tws")
app.add_typer(journal, name="journal")
app.add_typer(config, name="config")


def main() -> None:
    """Run `bn`; exit statuses are DESIGN.md's: 0 done, 1 a bug, 2 bad input, 3 no link, 4 halted, 5 refused."""
    output = guard()
    try:
        status = app(prog_name="bn", standalone_mode=False)
    except TyperException as error:
        message = error.format_message()
        if message.startswith("Usage:"):  # a command group without a command: its help is the answer
            sys.stderr.write(message.rstrip() + "\n")
        else:
            _complain(message)
        status = 2
    except BnError as error:
        _complain(str(error))
        status = error.status
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted")
        status = 130
    sys.stdout.flush()
    if output.lost is not None:
        status = _say_why(output.lost)
    _leave(status or 0)


def _say_why(lost: OSError) -> int:
    """The status where standard output took no more. A reader that went away knows; any other reason is said."""
    if isinstance(lost, BrokenPipeError):
        return READER_GONE
    _complain(f"standard output: cannot write: {lost.strerror}")
    return InputError.status


def _leave(status: int) -> NoReturn:
    """End the process without Python's own wind-down, in which Arrow's threads now and then abort it (SIGABRT)."""
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(status)


def _complain(message: str) -> None:
    with suppress(OSError):  # a full or closed standard error: the status is all that is left
        sys.stderr.write("bn: " + " ".join(message.split()) + "\n")
