"""`bn live` against `bn mock-tws`, as processes, and an operator who talks to it, kills it and starts it again."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from system.storage.journal import Journal, read_journal
from tests.cli.test_config import bn
from tests.cli.test_mock_tws import ROOT, mock
from tests.cli.test_sim import command

pytestmark = pytest.mark.jit
WITHIN_S = 120.0


class Process:
    """A `bn live`: what it says on standard error, which is a pipe."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_for(self, words: str) -> None:
        with self._news:
            said = self._news.wait_for(lambda: any(words in line for line in self.lines), WITHIN_S)
        assert said, "".join(self.lines)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        status = self.process.wait(30)
        self._reader.join(30)
        return status


@contextmanager
def market(folder: Path) -> Iterator[int]:
    """The port of a mock TWS; where it ends by itself, that is what failed."""
    with mock(folder, "--seed", "3") as (port, server):
        try:
            yield port
        finally:
            if server.poll() is not None:
                assert server.stderr is not None
                pytest.fail(f"the mock ended with {server.returncode}: {server.stderr.read()}")


@contextmanager
def live(folder: Path, port: int, *words: str) -> Iterator[Process]:
    process = subprocess.Popen(
        command("live", "--paper", "--port", str(port), *words),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Process(process)
    try:
        yield running
    finally:
        running.end(signal.SIGKILL)
        assert process.stderr is not None
        process.stderr.close()


def document(folder: Path, *words: str) -> dict[str, Any]:
    status, out, err = bn(folder, *words, "--json")
    assert (status, err) == (0, ""), out
    return dict(json.loads(out))


def runs(folder: Path) -> list[tuple[object, object]]:
    (journal,) = folder.glob("data/*/journal.db")
    return [(record.payload["what"], record.payload.get("how")) for record in read_journal(journal, "run")]


def test_an_operator_halts_kills_restarts_and_resumes_it(tmp_path: Path) -> None:
    with market(tmp_path) as port:
        with live(tmp_path, port) as running:
            running.wait_for("gate is_open=true")
            status = document(tmp_path, "status")
            assert (status["run"]["is_running"], status["run"]["mode"], status["link"]["phase"]) == (
                True,
                "mock",
                "ready",
            )
            halted = document(tmp_path, "halt", "the Fed")
            assert (halted["running"], halted["done"]) == (True, True)
            running.end(signal.SIGKILL)
        (socket,) = tmp_path.glob("data/*/control.sock")
        status = document(tmp_path, "status")
        assert (status["run"]["is_running"], status["halted"]) == (False, "the Fed")
        assert bn(tmp_path, "flatten")[0] == 3
        with live(tmp_path, port, "--exit-if-halted") as refused:
            assert refused.process.wait(WITHIN_S) == 4
        with live(tmp_path, port) as running:
            running.wait_for("link phase=ready")
            assert document(tmp_path, "status")["gate_reasons"][0] == "the Fed"
            assert document(tmp_path, "resume")["text"].startswith("not halted; ")
            assert document(tmp_path, "flatten")["text"] == "halted: flatten asked for; flat"
            assert running.end(signal.SIGTERM) == 0
        assert not socket.exists()
    assert runs(tmp_path) == [("began", None), ("began", None), ("ended", "stopped")]
    account = socket.parent.name
    logs = "".join(path.read_text() for path in tmp_path.glob("logs/*.log")) + "".join(running.lines)
    assert account not in logs
    assert "operator_answered" in logs


def test_f24_what_an_earlier_run_has_in_hand_is_not_taken_up_as_another_client(tmp_path: Path) -> None:
    with market(tmp_path) as port:
        with live(tmp_path, port) as running:
            running.wait_for("link phase=ready")
            running.end(signal.SIGKILL)
        (path,) = tmp_path.glob("data/*/journal.db")
        bracket = {"ref": "bn1-1", "side": 1, "contracts": 1, "target_ticks": 4016, "stop_ticks": 3992, "entry_id": 1}
        with Journal.open(path, path.parent.name) as journal:
            journal.append("intent", 1, bracket)
        with live(tmp_path, port, "--client-id", "2") as refused:
            refused.wait_for("client_id is 2, and what the journal holds was sent with 1")
            assert refused.process.wait(WITHIN_S) == 5


def test_a_pipe_that_nobody_reads_does_not_hold_it_up(tmp_path: Path) -> None:
    """Its standard error is full from the first line on; it trades, answers and stops all the same."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)
    try:
        with market(tmp_path) as port:
            process = subprocess.Popen(
                command("live", "--paper", "--port", str(port)),
                cwd=tmp_path,
                env={"PYTHONPATH": str(ROOT), "PATH": ""},
                stderr=writing,
            )
            try:
                until_ready(tmp_path)
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0
            finally:
                process.kill()
                process.wait()
    finally:
        os.close(reading)
        os.close(writing)


def until_ready(folder: Path) -> None:
    for _ in range(60):
        status, out, _ = bn(folder, "status", "--json")
        if status == 0 and (link := json.loads(out)["link"]) and link["phase"] == "ready":
            return
    pytest.fail("not ready")
