"""Processes that are killed in mid-append, disks that fill up: what append returned for is there, in order, once."""

import errno
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from system.domain.errors import StorageError
from system.storage.journal import Journal, check_journal
from tests.storage.journals import ACCOUNT, add, made, records

ROOT = Path(__file__).parents[2]
APPEND = """
import sys
from system.storage.journal import Entry, Journal
with Journal.open(sys.argv[1], "DU1234567", create=True) as journal:
    while True:
        count = journal.last_seq % 4 + 1
        entries = [Entry(kind="order", now_ns=1, payload={"group": journal.last_seq, "size": count})] * count
        print(journal.append_all(entries)[-1], flush=True)
"""
FILL = """
import resource, signal, sys
from system.domain.errors import StorageError
from system.storage.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Journal.open(sys.argv[1], "DU1234567", create=True) as journal:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    try:
        while True:
            print(journal.append("order", 1, {"text": "x" * 700}), flush=True)
    except StorageError as error:
        print(error.status, error)
    try:
        journal.append("order", 1, {})
    except StorageError as error:
        print(error)
"""


def test_a_process_killed_in_mid_append_loses_nothing_that_was_returned_for(tmp_path: Path) -> None:
    """Again and again on the same journal, so that what one leaves behind is what the next one opens."""
    draw = random.Random(5)
    path, held = tmp_path / "j.db", 0
    for _ in range(6):
        words = [sys.executable, "-c", APPEND, str(path)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            returned = int(process.stdout.readline())
            time.sleep(draw.uniform(0, 0.25))  # real time: the process is real
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().split("\n")
        if len(rest) > 1:  # the last line may be torn
            returned = int(rest[-2])
        assert returned > held
        report = check_journal(path)  # as it was left, by a reader only
        assert report.ok, report.problem
        found = records(path)
        assert len(found) >= returned
        assert report.events == len(found)
        assert [each.seq for each in found] == list(range(1, len(found) + 1))
        held = len(found)
        last = found[-1].payload
        assert last["group"] + last["size"] == held  # type: ignore[operator]  # a group is there whole


@pytest.mark.parametrize("size", [40_000, 60_000, 200_000])
def test_a_disk_that_is_full_ends_it_and_keeps_what_was_returned_for(tmp_path: Path, size: int) -> None:
    words = [sys.executable, "-c", FILL, str(tmp_path / "j.db"), str(size)]
    run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.stderr == ""
    *returned, error, again = run.stdout.splitlines()
    assert error.startswith(f"4 {tmp_path}/j.db: cannot write the journal: ")
    assert again.startswith(f"{tmp_path}/j.db: the journal takes no more: {error[2:]}")
    found = records(tmp_path / "j.db")  # with room again
    assert len(found) >= int(returned[-1]) >= 1
    with Journal.open(tmp_path / "j.db", ACCOUNT) as journal:
        add(journal, 1)


OPEN_FULL = """
import resource, signal, sys
from system.domain.errors import StorageError
from system.storage.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000,) * 2)
try:
    Journal.open(sys.argv[1], "DU1234567", create=True)
except StorageError as error:
    print(error)
"""


@pytest.mark.parametrize("events", [None, 0, 5])
def test_a_disk_that_is_full_is_found_out_on_opening(tmp_path: Path, events: int | None) -> None:
    path = tmp_path / "j.db"
    if events is not None:
        made(path, events)
    words = [sys.executable, "-c", OPEN_FULL, str(path)]
    run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.stderr == ""
    assert run.stdout.startswith(f"{path}: cannot {'make' if events is None else 'open'} the journal: ")
    assert len(records(made(path, 0))) == (events or 0)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS])
def test_an_error_beside_the_database_ends_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 1)

        def broken(*_: object) -> None:
            raise OSError(number, "Broken")

        monkeypatch.setattr("os.pwrite", broken)
        with pytest.raises(StorageError, match=r"j\.db: cannot write the journal: Broken"):
            add(journal, 1)
        monkeypatch.undo()
        with pytest.raises(StorageError, match="takes no more"):
            add(journal, 1)
    assert len(records(tmp_path / "j.db")) == 2


SYNCED = """
import os, sys
from system.storage.journal import Journal
with Journal.open(sys.argv[1], "DU1234567", create=True) as journal:
    for number in range(400):
        journal.append("order", 1, {"text": "x" * number})
        os.write(1, b"returned\\n")
"""
CALLS = "pwrite64,pwritev,write,fsync,fdatasync,openat,close"


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_the_log_is_synced_before_append_returns_and_the_witness_writes(tmp_path: Path) -> None:
    """What the system was really asked for, in its order, over some checkpoints too."""
    words = ["strace", "-qq", "-y", "-e", f"trace={CALLS}", sys.executable, "-c", SYNCED, str(tmp_path / "j.db")]
    run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    if run.returncode:
        pytest.skip("may not trace here")
    unsynced, log_writes, returned, witnessed = False, 0, 0, 0
    for line in run.stderr.splitlines():
        call = line.split("(")[0]
        if call.startswith("pwrite") and "j.db-wal>" in line:
            unsynced, log_writes = True, log_writes + 1
        elif call in ("fsync", "fdatasync") and "j.db-wal>" in line:
            unsynced = False
        elif call.startswith("pwrite") and "j.db-head>" in line:
            assert not unsynced, line
            witnessed += 1
        elif call == "write" and "returned" in line:
            assert not unsynced, line
            assert log_writes
            returned, log_writes = returned + 1, 0
    assert returned == 400
    assert witnessed == 401  # once on opening
