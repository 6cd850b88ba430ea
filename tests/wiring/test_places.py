"""An account's files lie in a folder of its own, which is this user's alone; what is not clear is asked for."""

import stat
from pathlib import Path
from time import time_ns

import pytest
import trio

from system.broker.address import Address
from system.config import Config
from system.domain.errors import InputError, RefusedError
from system.domain.hours import Hours
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules
from system.domain.session import Calendar
from system.domain.settings import Settings
from system.storage.journal import Journal
from system.wiring.places import chosen, known_accounts, make, make_data_dir, places_of
from system.wiring.service import Live, Plan
from system.wiring.wiring import Rules

PAPER, REAL = "DU1234567", "U1234567"


def config(folder: Path, **more: str) -> Config:
    return Config(data_dir=str(folder / "data"), log_dir=str(folder / "logs"), **more)


def with_journal(config: Config, *accounts: str) -> None:
    for account in accounts:
        places = places_of(config, account)
        make(places)
        Journal.open(places.journal, account, create=True).close()


def test_paper_and_real_share_no_file(tmp_path: Path) -> None:
    paper, real = (places_of(config(tmp_path), account) for account in (PAPER, REAL))
    ours = [{places.journal, places.tapes, places.wire, places.socket} for places in (paper, real)]
    assert not ours[0] & ours[1]
    assert paper.journal == tmp_path / "data" / PAPER / "journal.db"


def test_the_folders_are_this_user_s_alone(tmp_path: Path) -> None:
    places = places_of(config(tmp_path), PAPER)
    make(places)
    make(places)
    for folder in (tmp_path / "data", places.folder, places.tapes, places.wire):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    places = places_of(config(tmp_path), PAPER)
    make(places)
    places.folder.chmod(0o770)
    with pytest.raises(RefusedError, match="chmod 700"):
        make(places)


def test_a_file_in_a_folder_s_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(InputError, match="cannot make this folder"):
        make(places_of(config(tmp_path), PAPER))
    with pytest.raises(InputError, match="cannot read this folder"):
        known_accounts(config(tmp_path))


@pytest.mark.parametrize("name", ["", "..", "a/b", "a" * 41, "DU 1"])
def test_what_is_no_account_s_name_is_no_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected letters"):
        places_of(config(tmp_path), name)


def test_accounts_are_known_by_their_journals(tmp_path: Path) -> None:
    assert known_accounts(config(tmp_path)) == []
    with_journal(config(tmp_path), PAPER)
    make(places_of(config(tmp_path), REAL))
    (tmp_path / "data" / "notes.txt").write_text("")
    assert known_accounts(config(tmp_path)) == [PAPER]


def test_the_only_account_is_the_one_that_is_meant(tmp_path: Path) -> None:
    with_journal(config(tmp_path), PAPER)
    assert chosen(config(tmp_path)).account == PAPER


def test_of_several_accounts_one_has_to_be_named(tmp_path: Path) -> None:
    with_journal(config(tmp_path), PAPER, REAL)
    with pytest.raises(InputError, match=r"--account: expected one of DU\*{4}567, U\*{4}567"):
        chosen(config(tmp_path))
    assert chosen(config(tmp_path), REAL).account == REAL
    assert chosen(config(tmp_path, account=PAPER)).account == PAPER
    assert chosen(config(tmp_path, account=PAPER), REAL).account == REAL


def test_an_account_without_a_journal_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no journal of any account"):
        chosen(config(tmp_path))
    with_journal(config(tmp_path), PAPER)
    with pytest.raises(InputError, match=r"U\*{4}567: no journal in .*; expected one of DU\*{4}567"):
        chosen(config(tmp_path), REAL)
    assert not (tmp_path / "data" / REAL).exists()


def test_a_home_that_is_nobody_s_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such user"):
        places_of(Config(data_dir="~nobody-has-this-name/data"), PAPER)


def test_a_data_folder_that_cannot_be_is_found_out_before_anybody_is_dialled(tmp_path: Path) -> None:
    """The port is one that nobody listens at: it is never tried."""
    (tmp_path / "data").write_text("a file")
    said: list[str] = []
    plan = Plan(
        config=config(tmp_path),
        address=Address(host="127.0.0.1", port=1, client_id=1),
        rules=Rules(settings=Settings(), link=LinkRules(hours=Hours(Calendar())), orders=OrderRules()),
        is_paper=True,
    )
    with pytest.raises(InputError, match="data: cannot make this folder: File exists"):
        trio.run(Live(plan, wall_ns=time_ns, log=lambda event, /, **_: said.append(event)).run)
    assert said == []


def test_the_data_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    where = config(tmp_path / "new")
    make_data_dir(where)
    make_data_dir(where)
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
