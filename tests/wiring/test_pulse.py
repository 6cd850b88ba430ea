"""F42: a loop that does not turn is told of, by itself while it can, else by the interpreter and by systemd."""

import os
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from system.wiring.pulse import Pulse, feed_watchdogs, leave_watchdogs

ROOT = Path(__file__).resolve().parents[2]


class Said:
    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: str, /, **fields: Any) -> None:
        self.events.append((event, fields))


async def lateness(clock: trio.testing.MockClock, *late_s: float) -> tuple[Said, Pulse, list[float]]:
    """What is said where something holds up the loop for so long, every ten seconds."""
    said, fed = Said(), []
    held_s = 0.0

    def now_s() -> float:
        return trio.current_time() + held_s

    pulse = Pulse(said, now_s=now_s, feed=lambda: fed.append(now_s()))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pulse.run)
        for one_s in late_s:
            await trio.sleep(9.95)
            held_s += one_s
            await trio.sleep(0.05 + 1e-6)
        nursery.cancel_scope.cancel()
    return said, pulse, fed


@pytest.mark.trio
async def test_f42_a_late_loop_is_said_once_a_minute_and_shown(autojump_clock: trio.testing.MockClock) -> None:
    said, pulse, _ = await lateness(autojump_clock, 0.06, 0.15, 0.3, 0.2, 0.0, 0.0, 0.0, 0.15)
    assert [(event, fields["late_ms"] > 99) for event, fields in said.events] == [("loop_late", True)] * 2
    assert 300 <= pulse.worst_ms <= 310


@pytest.mark.trio
async def test_the_worst_is_forgotten_after_two_minutes(autojump_clock: trio.testing.MockClock) -> None:
    _, pulse, _ = await lateness(autojump_clock, 0.3, *[0.0] * 13)
    assert pulse.worst_ms < 10


@pytest.mark.trio
async def test_f42_a_loop_that_stood_still_is_an_alert_each_time(autojump_clock: trio.testing.MockClock) -> None:
    said, _, _ = await lateness(autojump_clock, 1.2, 5.0)
    assert [fields["name"] for _, fields in said.events] == ["loop_stood_still"] * 2
    assert "5.0 s" in said.events[1][1]["text"]


@pytest.mark.trio
async def test_the_watchdogs_are_fed_each_second_by_the_loop_alone(autojump_clock: trio.testing.MockClock) -> None:
    _, _, fed = await lateness(autojump_clock, 0.0, 25.0, 0.0)
    pauses = [later - earlier for earlier, later in pairwise(fed)]
    assert sorted(pauses)[-1] >= 25.0
    assert sorted(pauses)[-2] < 1.2


def test_systemd_is_told_that_the_loop_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        try:
            feed_watchdogs()
        finally:
            leave_watchdogs()
        assert systemd.recv(100) == b"WATCHDOG=1"


def test_a_socket_of_systemd_that_is_gone_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    feed_watchdogs()
    leave_watchdogs()


def test_f42_a_loop_that_hangs_leaves_its_stacks_on_standard_error() -> None:
    """A blocking call in a task, as a hanging disk would be."""
    program = (
        "import time, trio\n"
        "from system.wiring import pulse\n"
        "pulse.STACKS_S = 0.5\n"
        "async def main():\n"
        "    async with trio.open_nursery() as nursery:\n"
        "        nursery.start_soon(pulse.Pulse(lambda *_, **__: None, feed=pulse.feed_watchdogs).run)\n"
        "        await trio.sleep(0.3)\n"
        "        hang()\n"
        "def hang():\n"
        "    time.sleep(600)\n"
        "trio.run(main)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        try:
            os.set_blocking(process.stderr.fileno(), False)
            heard, until_s = b"", time.monotonic() + 60
            while b"in hang" not in heard and time.monotonic() < until_s:
                heard += process.stderr.read() or b""
                time.sleep(0.05)
        finally:
            process.send_signal(signal.SIGKILL)
    assert b"in hang" in heard
