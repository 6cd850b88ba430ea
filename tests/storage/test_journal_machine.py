"""The journal under a trading brain, on a disk that fails as disks do: what append returned for is there, once, in order.

Power cuts come at any byte after the last sync, in writes, in checkpoints, on closing and in a migration; disks are full
or fail before or after the commit; somebody else has the file; backups are made, put back, and taken for the journal.
"""

import os
import shutil
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from system.domain.errors import RefusedError, StorageError
from system.storage.journal import Entry, Journal, Record, check_journal, read_journal, schema
from system.storage.journal.witness import witness_path
from system.wiring.memory import Memory, Recollection, remember
from tests.domain.order_pit import Pit
from tests.storage.journals import ACCOUNT, Disk
from tests.storage.test_journal_open import second

NOTES_MIN = 1_500  # more than one example can write
SHARED_MEMORY = Path("/dev/shm")  # where there is one: a sync costs nothing there


def traded() -> list[Entry]:
    """What a brain writes that trades all day, with records of others in between."""
    pit, entries = Pit(), list[Entry]()
    pit.link()
    while len(pit.journal) < NOTES_MIN:
        begun = len(pit.journal)
        pit.enter(1 if begun % 2 else -1)
        pit.fill("entry")
        pit.fill("target" if begun % 3 else "stop")
        pit.pass_s(2)
        entries += [Entry(kind=kind, now_ns=now_ns, payload=payload) for kind, now_ns, payload in pit.journal[begun:]]
        for kind in ("gate", "contract", "signal"):
            entries.append(Entry(kind=kind, now_ns=pit.now_ns, payload={"number": begun}))
    return entries


def memories(entries: list[Entry]) -> list[Memory]:
    """What the first n of them lead to, for each n."""
    found = [Memory()]
    for entry in entries:
        found.append(remember([entry], found[-1]))
    return found


NOTES = traded()
LEADS_TO = memories(NOTES)
RECORDS = [Record(seq=seq, now_ns=e.now_ns, kind=e.kind, payload=e.payload) for seq, e in enumerate(NOTES, 1)]
COUNT = st.integers(0, 5)
BYTES = st.integers(0, 1 << 20)
CHANCE = st.none() | st.integers(0, 999)  # sectors in no order, or a prefix


class JournalMachine(RuleBasedStateMachine):
    """`count` notes have been returned for. A group that was not returned for is there whole, or not at all."""

    @initialize()
    def begin(self) -> None:
        memory = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="bn-journal-", dir=memory))
        self.path, self.saved = self.folder / "j.db", self.folder / "backup.db"
        self.program = pytest.MonkeyPatch()
        self.count = 0
        self.saved_count: int | None = None
        self.is_newer = self.has_failed = False
        self.seen = [b""]  # all that the witness has held
        self.open(create=True)

    def open(self, *, create: bool = False, more: int = 0) -> None:
        """Open it; of `more` notes that were written and not returned for, all are there or none."""
        self.journal = Journal.open(self.path, ACCOUNT, create=create)
        self.has_failed = False
        assert self.journal.last_seq in (self.count, self.count + more)
        self.count = self.journal.last_seq
        self.look()
        self.recollection = Recollection(self.journal)

    def look(self) -> None:
        self.seen.append(witness_path(self.path).read_bytes())

    def next(self, count: int) -> list[Entry]:
        return NOTES[self.count : self.count + count]

    def put(self, disk: Disk, witness: bytes) -> None:
        """The process and the machine are gone; this is on disk."""
        self.journal.close()
        for left in self.folder.glob("j.db-*"):
            left.unlink()
        disk.put(self.path)
        witness_path(self.path).write_bytes(witness)

    def between(self, before: Disk, after: Disk, at: int, chance: int | None, *, checkpoint: bool = False) -> Disk:
        """What is on disk at some moment between two."""
        if chance is not None:
            return before.scattered(after, Random(chance), checkpoint=checkpoint)
        written = max(1, sum(map(len, after.files.values())) - sum(map(len, before.files.values())))
        share = at % (written + 1) / written  # byte by byte
        return before.cut(after, 1.0, share) if checkpoint else before.cut(after, share, 0.0)

    def work(self) -> None:
        """One that has failed is opened anew."""
        if self.has_failed:
            self.close_and_open()

    # the brain writes

    @rule(count=COUNT)
    def append(self, count: int) -> None:
        notes = self.next(count)
        if self.has_failed:
            with pytest.raises(StorageError, match="takes no more"):
                self.journal.append_all(notes)
            return
        assert self.journal.append_all(notes) == range(self.count + 1, self.count + len(notes) + 1)
        self.count += len(notes)
        self.look()

    @rule(count=COUNT, value=st.sampled_from([1.5, 2**63, b"x"]))
    def append_what_cannot_be_written(self, count: int, value: Any) -> None:
        self.work()
        bad = Entry(kind="order", now_ns=1, payload={"deep": [value]})
        with pytest.raises((TypeError, ValueError), match=r"payload\.deep\[0\]"):
            self.journal.append_all([*self.next(count), bad])

    # the process ends

    @rule()
    def close_and_open(self) -> None:
        self.journal.close()
        self.open()

    @rule()
    def kill(self) -> None:
        self.put(Disk(self.path), witness_path(self.path).read_bytes())
        self.open()

    # the power fails

    @rule(count=COUNT, at=BYTES, chance=CHANCE, ago=st.integers(1, 3))
    def lose_power_in_a_write(self, count: int, at: int, chance: int | None, ago: int) -> None:
        """The witness is never synced: it may be an older one."""
        self.work()
        before, notes = Disk(self.path), self.next(count)
        self.journal.append_all(notes)
        self.put(self.between(before, Disk(self.path), at, chance), self.seen[-min(ago, len(self.seen))])
        self.open(more=len(notes))

    @rule(at=BYTES, chance=CHANCE, closes=st.booleans())
    def lose_power_in_a_checkpoint(self, at: int, chance: int | None, closes: bool) -> None:
        before = Disk(self.path)
        if closes:
            self.journal.close()
        else:
            self.journal._connection.execute("PRAGMA wal_checkpoint")
        after = Disk(self.path)
        after.files["-wal"] = before.files["-wal"]  # it goes last
        self.put(self.between(before, after, at, chance, checkpoint=True), self.seen[-1])
        self.open()

    # the disk fails

    def append_without_end(self) -> None:
        while self.count < len(NOTES):
            self.append(1)

    @rule()
    def fill_the_disk(self) -> None:
        """Not a page more than there are."""
        self.work()
        connection = self.journal._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StorageError, match="database or disk is full"):
            self.append_without_end()
        self.has_failed = True

    @rule(count=st.integers(1, 5))
    def fail_after_the_commit(self, count: int) -> None:
        """What is on disk all the same, only the next one to open knows."""
        self.work()
        handle, notes = self.journal._witness._handle, self.next(count)
        with open(os.devnull, "rb") as unwritable:
            os.dup2(unwritable.fileno(), handle)
        with pytest.raises(StorageError, match="cannot write the journal: Bad file descriptor"):
            self.journal.append_all(notes)
        self.journal.close()
        self.count += len(notes)
        self.open()

    @rule(count=st.integers(1, 5))
    def hold_the_database(self, count: int) -> None:
        """Another program does, for longer than one would wait."""
        self.work()
        self.journal._connection.execute("PRAGMA busy_timeout = 1")
        other = schema.connect(self.path, "rw")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="database is locked"):
            self.journal.append_all(self.next(count))
        other.close()
        self.has_failed = True

    # others look

    @rule(name=st.sampled_from(["j.db", "other.db"]))
    def start_a_second_one(self, name: str) -> None:
        with pytest.raises(RefusedError, match=f"in use by process {os.getpid()}"):
            Journal.open(self.folder / name, ACCOUNT, create=True)
        assert not (self.folder / "other.db").exists()

    @rule()
    def read_from_outside(self) -> None:
        assert list(read_journal(self.path)) == RECORDS[: self.count]
        report = check_journal(self.path)
        assert (report.ok, report.problem, report.events) == (True, "", self.count)
        assert report.version == 1 + self.is_newer

    # backups

    @rule()
    def back_up(self) -> None:
        assert self.journal.backup(self.saved) == self.count
        self.saved_count = self.count
        assert list(read_journal(self.saved)) == RECORDS[: self.count]

    @precondition(lambda self: self.saved_count is not None)
    @rule()
    def put_a_backup_back(self) -> None:
        """Which is noticed where events have come since, and then asked for by removing the witness."""
        self.journal.close()
        shutil.copy(self.saved, self.path)
        if self.saved_count != self.count:
            with pytest.raises(StorageError, match=f"ends at event {self.saved_count}, but {self.count} were written"):
                Journal.open(self.path, ACCOUNT)
            witness_path(self.path).unlink()
            self.seen = [b""]
        assert self.saved_count is not None
        self.count = self.saved_count
        (self.folder / "j.db.v1").unlink(missing_ok=True)  # it may hold more
        self.open()

    # a newer program

    @precondition(lambda self: not self.is_newer)
    @rule(at=BYTES, chance=CHANCE)
    def lose_power_in_a_migration(self, at: int, chance: int | None) -> None:
        self.journal.close()
        before, steps = Disk(self.path), schema.STEPS
        self.program.setattr(schema, "STEPS", (*steps, second))
        self.open()
        self.put(self.between(before, Disk(self.path), at, chance), self.seen[-1])
        version = check_journal(self.path).version
        assert version in (1, 2)
        with self.program.context() as older:
            older.setattr(schema, "STEPS", steps)
            if version == 1:
                self.open()
                self.journal.close()
            else:
                with pytest.raises(StorageError, match="journal of version 2; this program knows versions up to 1"):
                    Journal.open(self.path, ACCOUNT)
        self.is_newer = True
        self.open()
        assert list(read_journal(self.folder / "j.db.v1")) == RECORDS[: self.count]

    # what holds always

    @invariant()
    def all_that_was_returned_for_is_there(self) -> None:
        assert list(self.journal.records()) == RECORDS[: self.count]
        assert self.journal.last_seq == self.count

    @invariant()
    def the_fold_is_the_state(self) -> None:
        """S06: read at once, or a part at a time."""
        assert self.recollection() == LEADS_TO[self.count]
        assert remember(self.journal.records()) == LEADS_TO[self.count]

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.journal.close()
            self.program.undo()
            shutil.rmtree(self.folder)


THOROUGH = os.environ.get("BN_TEST_HYPOTHESIS") == "thorough"
JournalMachine.TestCase.settings = settings(
    max_examples=1000 if THOROUGH else 40, stateful_step_count=30, deadline=None, derandomize=not THOROUGH
)
TestJournalMachine = JournalMachine.TestCase
