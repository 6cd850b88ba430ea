"""What a journal in use leads to, read a part at a time."""

from pathlib import Path

import pytest

from system.domain.errors import StorageError
from system.domain.order_log import State
from system.storage.journal import Entry, Journal
from system.wiring.memory import Memory, Recollection, remember
from tests.storage.journals import ACCOUNT, raw

SOME = [
    Entry(kind="state", now_ns=1, payload={"generation": 1, "up": 1}),
    Entry(kind="contract", now_ns=2, payload={"month": "2024-06"}),
    Entry(kind="gate", now_ns=3, payload={"entries": 1}),
]
MORE = [
    Entry(kind="signal", now_ns=4, payload={"outcome": "cooldown"}),
    Entry(kind="state", now_ns=5, payload={"halted": "the Fed"}),
    Entry(kind="gate", now_ns=6, payload={"entries": 2}),
]


def test_read_in_parts_a_journal_leads_where_it_leads_read_at_once(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.db", ACCOUNT, create=True) as journal:
        recollect = Recollection(journal)
        assert recollect() == Memory()
        journal.append_all(SOME)
        assert recollect() == recollect() == remember(journal.records())
        journal.append_all(MORE)
        memory = recollect()
        assert memory == remember(journal.records())
        assert memory.orders == State(records=2, generation=1, up=True, halted="the Fed")
        assert (memory.gate, memory.contract) == ({"entries": 2}, {"month": "2024-06"})


def test_what_has_been_read_is_not_read_again_and_what_is_new_is_held_against_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path, ACCOUNT, create=True) as journal:
        recollect = Recollection(journal)
        journal.append_all(SOME)
        before = recollect()
        with raw(path) as connection:
            connection.execute("UPDATE events SET payload = '{}' WHERE seq = 1")
        assert recollect() == before
        journal.append_all(MORE)
        with raw(path) as connection:
            connection.execute("UPDATE events SET payload = '{}' WHERE seq = 5")
        for _ in range(2):
            with pytest.raises(StorageError, match="event 5 is not as it was written"):
                recollect()
