"""Where an account's files are: a folder for each account, so paper and real money never share one.

data_dir/ACCOUNT/journal.db     what was decided and done
                 tapes/         recorded market data
                 wire/          recorded connections
                 control.sock   where a running `bn live` listens
log_dir/                        the log, of all accounts
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from system.config import Config
from system.domain.errors import InputError, RefusedError
from system.storage.atomic_file import reason
from system.storage.journal.journal import ACCOUNT
from system.storage.masking import mask_text

JOURNAL: Final = "journal.db"
OTHERS_MAY_WRITE: Final = 0o022


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Of one account. `folder` is made by `make`."""

    account: str
    folder: Path
    logs: Path

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.folder / JOURNAL

    @property
    def tapes(self) -> Path:
        """The folder of tapes."""
        return self.folder / "tapes"

    @property
    def wire(self) -> Path:
        """The folder of recorded connections."""
        return self.folder / "wire"

    @property
    def socket(self) -> Path:
        """Where a running `bn live` listens; its name may be too long to be used as it is (see `control`)."""
        return self.folder / "control.sock"


def places_of(config: Config, account: str) -> Places:
    """Where an account's files are to be. Raises InputError for what is no account's name."""
    if not ACCOUNT.fullmatch(account):
        raise InputError(f"account {account!r}: expected letters, digits, '_' and '-', at most 40")
    folder = _folder(config.data_dir) / account
    return Places(account=account, folder=folder, logs=_folder(config.log_dir))


def make(places: Places) -> None:
    """Make the account's folders, for this user alone.

    Raises InputError where they cannot be made, RefusedError where others may write to them.
    """
    for folder in (places.folder.parent, places.folder, places.tapes, places.wire):
        _make(folder)
    found = places.folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & OTHERS_MAY_WRITE:
        raise RefusedError(f"{places.folder}: others may write here; expected it to be this user's alone (chmod 700)")


def make_data_dir(config: Config) -> None:
    """Make the folder of all accounts, before anybody is dialled. Raises InputError where that or writing cannot be."""
    folder = _folder(config.data_dir)
    _make(folder)
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        raise InputError(f"{folder}: cannot write to this folder")


def known_accounts(config: Config) -> list[str]:
    """The accounts that have a journal."""
    try:
        names = sorted(os.listdir(_folder(config.data_dir)))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{config.data_dir}: cannot read this folder: {reason(error)}") from error
    return [name for name in names if ACCOUNT.fullmatch(name) and places_of(config, name).journal.is_file()]


def chosen(config: Config, asked: str = "") -> Places:
    """The places of the account that is meant: asked for, else configured, else the only one there is.

    Raises InputError where there is none, or no telling which.
    """
    known = known_accounts(config)
    if wanted := asked or config.account:
        if wanted not in known:
            raise InputError(f"account {mask_text(wanted)}: no journal in {config.data_dir}{_listed(known)}")
        return places_of(config, wanted)
    if not known:
        raise InputError(f"{config.data_dir}: no journal of any account here; expected the folder that bn live uses")
    if len(known) > 1:
        raise InputError(f"--account: expected one of {', '.join(map(mask_text, known))}")
    return places_of(config, known[0])


def _listed(known: Sequence[str]) -> str:
    return f"; expected one of {', '.join(map(mask_text, known))}" if known else ""


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot make this folder: {reason(error)}") from error


def _folder(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise InputError(f"{name}: no such user; expected a folder") from error
