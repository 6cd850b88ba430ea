"""The console: whoever reads it, or does not, the program goes on; lines are shown whole or counted as lost."""

import os
import pty
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from system.wiring.console import BACKLOG_BYTES_MAX, Console

LINE = "x" * 1000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    for handle in (reading, writing):
        with suppress(OSError):
            os.close(handle)


def read_all(handle: int) -> bytes:
    """What is there now."""
    parts = []
    try:
        while part := os.read(handle, 65_536):
            parts.append(part)
    except BlockingIOError:
        pass
    return b"".join(parts)


def fill(console: Console) -> int:
    """Say lines until some are lost; how many were said."""
    said = 0
    began_s = time.monotonic()
    while not console.lost:
        console.say(LINE)
        said += 1
    assert time.monotonic() - began_s < 5
    return said


def test_a_line_is_shown(pipe: tuple[int, int]) -> None:
    Console(pipe[1]).say("ready é \udcff")
    assert read_all(pipe[0]) == "ready é \\udcff\n".encode()


def test_a_pipe_that_nobody_reads_does_not_stall_and_its_lines_stay_whole(pipe: tuple[int, int]) -> None:
    console = Console(pipe[1])
    said = fill(console)
    assert said > BACKLOG_BYTES_MAX // 1001
    console.say(LINE)
    shown = read_all(pipe[0])
    console.flush()
    shown += read_all(pipe[0])
    console.say("after")
    shown += read_all(pipe[0])
    assert shown.decode().splitlines() == [LINE] * (said - 1) + ["... 2 lines were not shown here", "after"]
    assert console.lost == 2


def test_the_pipe_of_others_keeps_blocking(pipe: tuple[int, int]) -> None:
    Console(pipe[1]).say("a")
    assert os.get_blocking(pipe[1])


def test_a_reader_that_went_away_is_no_error(pipe: tuple[int, int]) -> None:
    console = Console(pipe[1])
    os.close(pipe[0])
    console.say("a")
    console.say("b")
    assert console.lost == 2
    console.close()


def test_a_pipe_without_a_reader_from_the_start_is_no_error(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    console = Console(pipe[1])
    console.say("a")
    assert console.lost == 1
    assert os.get_blocking(pipe[1])


def test_a_terminal_that_was_stopped_does_not_stall() -> None:
    master, slave = pty.openpty()
    console = Console(slave)
    assert console.is_terminal
    fill(console)
    assert os.get_blocking(slave)
    console.close()
    os.close(master)
    os.close(slave)


def test_a_terminal_that_stops_programs_in_the_background_does_not_stop_this_one() -> None:
    master, slave = pty.openpty()
    was = signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    try:
        Console(slave).close()
        assert signal.getsignal(signal.SIGTTOU) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTTOU, was)
        os.close(master)
        os.close(slave)


def test_a_socket_as_a_service_manager_gives_it_does_not_stall() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        console = Console(ours.fileno())
        console.say("hello")
        assert theirs.recv(100) == b"hello\n"
        fill(console)
        assert ours.getblocking()
        console.close()


def test_a_file_is_shared_with_whoever_else_writes_to_it(tmp_path: Path) -> None:
    with (tmp_path / "err.txt").open("wb", buffering=0) as file:
        console = Console(file.fileno())
        console.say("one")
        file.write(b"two\n")
        console.say("three")
        console.close()
    assert (tmp_path / "err.txt").read_text() == "one\ntwo\nthree\n"


def test_the_end_waits_a_moment_for_the_last_words_and_no_longer(pipe: tuple[int, int]) -> None:
    console = Console(pipe[1])
    fill(console)
    began_s = time.monotonic()
    console.close()
    assert time.monotonic() - began_s < 3
    console.say("nobody")
    assert not console.write("nobody")


@pytest.mark.trio
async def test_a_backlog_goes_when_there_is_room_again(pipe: tuple[int, int]) -> None:
    console = Console(pipe[1])
    said = fill(console)
    shown = read_all(pipe[0])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(console.run)
        with trio.fail_after(5):
            while len(shown) < (said - 1) * 1001:
                await trio.sleep(0.05)
                shown += read_all(pipe[0])
        nursery.cancel_scope.cancel()
    assert shown.decode().splitlines() == [LINE] * (said - 1)
