"""`bn record` against a mock TWS over TCP: tapes, and nothing that trades."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.tws.handle import MockTws
from system.domain.errors import InputError
from system.domain.order_events import Ask, OpenOrdersAnswered, Place
from system.domain.ticks import TRADE
from system.storage.tape import TapeReader
from system.wiring.recording import Listener

ROOT = Path(__file__).parents[2]
DEADLINE_S = 180.0


@contextmanager
def recording(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    run = subprocess.Popen(
        [sys.executable, "-P", "-m", "system.cli", "record", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield run
    finally:
        run.kill()
        run.communicate()


@pytest.mark.jit
def test_ticks_become_a_tape_and_nothing_is_placed_or_asked_of_the_account(tmp_path: Path) -> None:
    with MockTws(seed=1) as tws, recording(tmp_path, "--port", str(tws.port), "-o", "tapes") as run:
        end_s = time.monotonic() + DEADLINE_S
        while not any(one.stat().st_size > 5_000 for one in (tmp_path / "tapes").glob("*.segment")):
            assert run.poll() is None
            assert time.monotonic() < end_s
            time.sleep(0.2)
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=30)
        assert (run.returncode, out) == (0, ""), err
        for name in ("PlaceOrder", "ReqAllOpenOrders", "ReqExecutions", "ReqPositionsMulti"):
            assert tws.received(name) == []
    (path,) = (tmp_path / "tapes").glob("*.parquet")
    with TapeReader(path) as tape:
        assert str(tape.meta.contract_month) in path.name
        assert any((batch["kind"] == TRADE).any() for batch in tape.batches())
    assert not list(tmp_path.rglob("journal.db"))


def test_nobody_there_is_status_3(tmp_path: Path) -> None:
    words = ("--port", "1", "--set", "link_tries=1", "--set", "maintenance=[]", "--set", "closures={}")
    with recording(tmp_path, *words) as run:
        _, err = run.communicate(timeout=60)
    assert run.returncode == 3, err
    assert err.splitlines()[-1] == "bn: nothing listens on 127.0.0.1:1"


def test_a_folder_that_cannot_be_made_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "tapes").write_text("")
    with recording(tmp_path, "-o", "tapes") as run:
        _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (InputError.status, "bn: tapes: cannot make this folder: File exists\n")


class Told:
    """A broker that keeps what is done and posted."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def do(self, command: object) -> None:
        self.done.append(command)

    def post(self, record: object) -> None:
        self.done.append(record)


def test_no_order_can_leave_a_recorder() -> None:
    told = Told()
    listener = Listener(told, lambda: 7)  # type: ignore[arg-type] # two of its methods are enough
    with pytest.raises(AssertionError, match="sends no orders"):
        listener.do(Place(orders=()))
    listener.do(Ask(question="open_orders", number=3))
    assert told.done == [OpenOrdersAnswered(now_ns=7, generation=0, number=3, known=True)]
