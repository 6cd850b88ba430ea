"""`bn mock-tws` as a user types it."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.tws.rules import RULES
from tests.cli.test_sim import bn, command, walk
from tests.storage.recordings import tape_file
from tests.tws.talk import greeting, message

pytestmark = pytest.mark.jit
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def mock(folder: Path, *words: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """A mock TWS on a free port, and its process."""
    server = subprocess.Popen(
        command("mock-tws", "--port", "0", *words),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        for line in server.stderr:
            if found := re.search(r"mock TWS on \S+:(\d+):", line):
                yield int(found[1]), server
                return
        pytest.fail("it ended before it listened")
    finally:
        server.kill()
        server.communicate()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--speed", "0"], "--speed 0: expected 0.1 to 1000, or max"),
        (["--speed", "nan"], "--speed nan: expected 0.1 to 1000, or max"),
        (["--start", "noon"], "--start 'noon': expected HH:MM or YYYY-MM-DD HH:MM[:SS], New York's time"),
        (["--start", "1901-01-01 10:00"], "--start '1901-01-01 10:00': the calendar has 1998 to 2040"),
        (["--tape", "no.parquet"], "no.parquet: cannot read: No such file or directory"),
        (["--tape", "no.parquet", "--preset", "calm"], "--preset: expected without --tape"),
        (["--preset", "wild"], 'unknown preset "wild"'),
        (["--faults", "no.toml"], "no.toml: "),
        (["inject", "pause", "--for", "3s"], "pause: expected no settings, --for or --client"),
        (["inject", "1100", "of"], "of: expected a setting such as of=OpenOrderEnd"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, words: list[str], complaint: str) -> None:
    done = bn(tmp_path, "mock-tws", *words)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"bn: {complaint}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_port_that_is_taken_is_one_line_and_status_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = bn(tmp_path, "mock-tws", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"bn: --port {port}: cannot listen on 127.0.0.1: ")


def test_injecting_where_no_mock_runs_is_one_line_and_status_3(tmp_path: Path) -> None:
    done = bn(tmp_path, "mock-tws", "inject", "1100", "--port", "1")
    assert done.returncode == 3
    assert done.stderr.startswith("bn: no mock TWS answers for port 1 (")


def test_rules_are_printed_each_with_how_it_is_known(tmp_path: Path) -> None:
    printed = bn(tmp_path, "mock-tws", "--rules").stdout.splitlines()
    assert len(printed) == len(RULES) > 100
    assert {line.split()[0] for line in printed} == {"documented", "observed", "guessed"}


def test_no_two_rules_have_the_same_name() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_runbook_lists_every_guessed_rule_to_settle_on_a_paper_account() -> None:
    listed = re.findall(r"^- \[ \] `([\w.]+)`", (ROOT / "ops" / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [rule.id for rule in RULES if rule.kind == "guessed"]


def test_an_interrupt_ends_it_with_status_0(tmp_path: Path) -> None:
    with mock(tmp_path) as (_, server):
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0


def test_a_tape_is_played_from_the_time_that_is_asked_for(tmp_path: Path) -> None:
    tape_file(tmp_path / "walk.parquet", walk(60_000))
    with mock(tmp_path, "--tape", "walk.parquet", "--start", "10:00") as (port, _):
        line = socket.create_connection(("127.0.0.1", port))
        with line, line.makefile("rb") as answers:
            line.sendall(greeting() + message(71, 2, 1, ""))
            assert b"20240319 14:00:0" in answers.read(40)


def test_a_start_behind_the_end_of_a_tape_is_one_line_and_status_2(tmp_path: Path) -> None:
    tape_file(tmp_path / "walk.parquet", walk(100))
    done = bn(tmp_path, "mock-tws", "--tape", "walk.parquet", "--start", "2030-01-02 10:00")
    assert done.returncode == 2
    assert done.stderr == (
        "bn: walk.parquet: nothing is left of it at the time to start from; expected an earlier --start\n"
    )


def test_the_wire_is_logged_readably_both_ways(tmp_path: Path) -> None:
    with mock(tmp_path, "--log-wire") as (port, server):
        assert server.stderr is not None
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(greeting() + message(71, 2, 4, "") + message(9, 8, 6, 0, "ES", "FUT", *[""] * 12, "", "", ""))
            wanted = [
                r"<- StartApi client_id=4$",
                r"client 4 -> NextValidId order_id=1$",
                r"client 4 <- ReqContractDetails req_id=6 contract=\[symbol=ES sec_type=FUT.*\]",
                r"client 4 -> ContractDetailsEnd req_id=6$",
            ]
            for text in server.stderr:
                if re.search(wanted[0], text.rstrip()):
                    wanted.pop(0)
                if not wanted:
                    break
    assert wanted == []
