"""Which account's files a command is about."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from system.config.model import Config

AccountName = Annotated[
    str, typer.Option("--account", metavar="A", help="Whose; needed where there are several in data_dir.")
]
JournalFile = Annotated[
    Path | None, typer.Option("--journal", metavar="F", help="The journal [that of the account in data_dir].")
]


def journal_of(config: "Config", account: str, journal: Path | None) -> Path:
    """The journal that is meant. Raises InputError where there is none, or no telling which."""
    if journal is not None:
        return journal
    from system.wiring.places import chosen

    return chosen(config, account).journal
