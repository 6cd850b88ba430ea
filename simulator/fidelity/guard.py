"""What would spoil a simulated run: work that its clock does not see, and a run that stands still.

A clock that jumps whenever every task waits takes a thread's or a socket's work for idleness: 50 ms of it, and thirty
hours have passed. And a task that spins at one instant never lets it jump.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

STILL_S: Final = 60.0  # of real time at one instant; kernels may be compiled in it
REFUSED: Final = frozenset(
    {
        *("_thread.start_new_thread", "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"),
        *("subprocess.Popen", "os.fork", "os.posix_spawn", "os.system"),
    }
)


class OutsideError(Exception):
    """A simulated run has begun something that its clock does not see."""


class StandstillError(Exception):
    """A simulated run has stood still at one instant for too long."""


class _Hook:
    """Python takes audit hooks for good: this one does nothing outside of runs."""

    is_set = False
    runs = 0

    @classmethod
    def audit(cls, event: str, _arguments: tuple[Any, ...]) -> None:
        if cls.runs and event in REFUSED and threading.current_thread() is threading.main_thread():
            raise OutsideError(f"{event} in a simulated run: its clock would not wait for it")


@contextmanager
def nothing_outside() -> Iterator[None]:
    """Within it no thread, process or connection can be begun. Raises OutsideError there."""
    if not _Hook.is_set:
        _Hook.is_set = True
        sys.addaudithook(_Hook.audit)
    _Hook.runs += 1
    try:
        yield
    finally:
        _Hook.runs -= 1


@contextmanager
def no_standstill(instant: Callable[[], object], within_s: float = STILL_S) -> Iterator[None]:
    """Raise StandstillError where `instant` stays the same for so long. In the main thread only: it is a signal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    last: list[object] = [instant()]

    def look(_signal: int, _frame: FrameType | None) -> None:
        if instant() == last[0]:
            raise StandstillError(f"the simulated run has stood still at {last[0]} for {within_s:g} s")
        last[0] = instant()

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, within_s, within_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
