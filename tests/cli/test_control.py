"""`bn status`, `halt`, `resume` and `flatten` as a user types them, with and without a running `bn live`."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from system.config import Config
from system.domain.errors import RefusedError
from system.storage.journal import Journal
from system.wiring.control import serve
from system.wiring.memory import remember
from system.wiring.places import make, places_of
from tests.cli.test_config import bn
from tests.cli.test_output import shell
from tests.wiring.test_panel import STATUS

PAPER, REAL = "DU1234567", "U1234567"
ROOT = Path(__file__).parents[2]


def keep(folder: Path, *accounts: str) -> None:
    """Journals of accounts, in the place where `bn live` would make them."""
    for account in accounts:
        places = places_of(Config(data_dir=str(folder / "data")), account)
        make(places)
        Journal.open(places.journal, account, create=True).close()


def halted(folder: Path) -> str:
    with Journal.open(folder / "data" / PAPER / "journal.db", PAPER) as journal:
        return remember(journal.records()).orders.halted


@contextmanager
def running(folder: Path, **answers: Any) -> Iterator[list[dict[str, Any]]]:
    """A process that has the account and answers at its socket; what it was asked."""
    asked: list[dict[str, Any]] = []
    path = folder / "data" / PAPER / "control.sock"
    listening, over = threading.Event(), threading.Event()

    async def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        told = answers[request["do"]]
        if isinstance(told, Exception):
            raise told
        return dict(told)

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, path, dict.fromkeys(answers, answer), lambda event, /, **fields: None)
            listening.set()
            await trio.to_thread.run_sync(over.wait, 60)
            nursery.cancel_scope.cancel()

    thread = threading.Thread(target=trio.run, args=(run,))
    with Journal.open(folder / "data" / PAPER / "journal.db", PAPER):
        thread.start()
        assert listening.wait(10)
        try:
            yield asked
        finally:
            over.set()
            thread.join(10)


# without a running one


def test_halt_and_resume_act_through_the_journal(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    assert bn(tmp_path, "halt", "the", "Fed") == (0, "halted: the Fed (in the journal: no bn live runs)\n", "")
    assert halted(tmp_path) == "the Fed"
    status, out, err = bn(tmp_path, "resume", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "account": "DU****567",
        "running": False,
        "done": True,
        "text": "not halted any more; it was: the Fed",
    }
    assert halted(tmp_path) == ""


def test_flatten_needs_a_running_one(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    status, out, err = bn(tmp_path, "flatten")
    assert (status, out) == (3, "")
    assert err == (
        "bn: account DU****567: no bn live runs, and flatten needs one: start it, or close the position in TWS\n"
    )
    assert halted(tmp_path) == ""


def test_status_says_what_the_journal_knows(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    bn(tmp_path, "halt", "the Fed")
    status, out, err = bn(tmp_path, "status", "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert (document["halted"], document["link"], document["run"]["is_running"]) == ("the Fed", None, False)
    status, out, err = bn(tmp_path, "status")
    assert (status, err) == (0, "")
    assert "not running" in out
    assert "halted    the Fed" in out


def test_without_a_journal_there_is_nothing_to_ask(tmp_path: Path) -> None:
    for word in ("status", "halt", "resume", "flatten"):
        assert bn(tmp_path, word) == (
            2,
            "",
            "bn: data: no journal of any account here; expected the folder that bn live uses\n",
        )


def test_of_several_accounts_one_has_to_be_named(tmp_path: Path) -> None:
    keep(tmp_path, PAPER, REAL)
    assert bn(tmp_path, "halt") == (2, "", "bn: --account: expected one of DU****567, U****567\n")
    assert bn(tmp_path, "halt", "--account", PAPER)[0] == 0
    assert bn(tmp_path, "status", "--json", "--set", f"account={REAL}")[0] == 0
    assert halted(tmp_path) == "halt asked for"


def test_the_folder_is_the_configured_one(tmp_path: Path) -> None:
    keep(tmp_path / "there", PAPER)
    assert bn(tmp_path, "halt", "--set", "data_dir=there/data")[0] == 0
    assert halted(tmp_path / "there") == "halt asked for"


@pytest.mark.parametrize("content", ["rubbish", ""])
def test_a_damaged_journal_is_one_line_and_status_4(content: str, tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    (tmp_path / "data" / PAPER / "journal.db").write_text(content)
    for word in ("status", "halt"):
        status, out, err = bn(tmp_path, word)
        assert (status, out) == (4, "")
        assert err.count("\n") == 1


def test_an_account_in_use_by_one_that_does_not_listen_is_refused(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    with Journal.open(tmp_path / "data" / PAPER / "journal.db", PAPER):
        status, _, err = bn(tmp_path, "halt")
    assert status == 5
    assert f"in use by process {os.getpid()}" in err


# with one


def test_a_running_one_is_told_and_its_words_shown(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    done = {"done": True, "text": "halted: the Fed; flat", "halted": "the Fed"}
    with running(tmp_path, halt=done, flatten=done, resume=done) as asked:
        assert bn(tmp_path, "halt", "the Fed") == (0, "halted: the Fed; flat\n", "")
        assert bn(tmp_path, "flatten")[0] == bn(tmp_path, "resume")[0] == 0
    assert asked == [
        {"do": "halt", "reason": "the Fed"},
        {"do": "flatten", "reason": ""},
        {"do": "resume", "reason": ""},
    ]


def test_what_is_not_known_yet_is_no_success(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    with running(tmp_path, flatten={"done": False, "text": "not known yet", "halted": "x"}):
        status, out, err = bn(tmp_path, "flatten", "--json")
    assert (status, err) == (1, "")
    assert json.loads(out) == {"account": "DU****567", "running": True, "done": False, "text": "not known yet"}


def test_a_refusal_keeps_its_exit_status(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    with running(tmp_path, halt=RefusedError("not now")):
        assert bn(tmp_path, "halt") == (5, "", "bn: not now\n")


def test_the_status_of_a_running_one_is_shown_as_it_tells_it(tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    with running(tmp_path, status=STATUS):
        status, out, err = bn(tmp_path, "status", "--json")
        assert (status, err, json.loads(out)) == (0, "", STATUS)
        assert "link      ready, connection 2" in bn(tmp_path, "status")[1]


@pytest.mark.parametrize("flags", ["", "--json"])
def test_watch_ends_once_standard_output_takes_no_more(flags: str, tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    expected = (2, "", "bn: standard output: cannot write: No space left on device\n")
    assert shell(tmp_path, f"timeout 30 $bn status --watch {flags} > /dev/full") == expected


@pytest.mark.parametrize(("flags", "words"), [(["--json"], rb'"score": 0.1234'), ([], rb"\+0.1234")])
def test_watch_shows_it_again_and_again(flags: list[str], words: bytes, tmp_path: Path) -> None:
    keep(tmp_path, PAPER)
    with running(tmp_path, status=STATUS) as asked:
        watching = subprocess.Popen(
            [sys.executable, "-P", "-m", "system.cli", "status", "--watch", *flags],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "COLUMNS": "100", "TTY_COMPATIBLE": "1"},
            stdout=subprocess.PIPE,
        )
        assert watching.stdout is not None
        seen = b""
        try:
            for line in watching.stdout:
                seen += line
                if len(re.findall(words, seen)) == 3:
                    break
        finally:
            watching.kill()
            watching.wait()
            watching.stdout.close()
    assert len(asked) >= 3
