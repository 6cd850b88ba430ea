"""What would spoil a simulated run: work that its clock does not see, and a run that stands still.

A clock that jumps whenever every task waits takes a thread's or a socket's work for idleness: 50 ms of it, and thirty
hours have passed. And a task that spins at one instant never lets it jump.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import trio

STILL_S: Final = 60.0  # of real time at one instant; kernels may be compiled in it
REFUSED: Final = frozenset(
    {
        *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"),
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
        """Look at what is about to be done."""
        if cls.runs and event in REFUSED:
            _refuse(event)


def _refuse(what: str) -> None:
    if threading.current_thread() is threading.main_thread():
        raise OutsideError(f"{what} in a simulated run: its clock would not wait for it")


@contextmanager
def nothing_outside() -> Iterator[None]:
    """Within it the main thread begins no thread, process or connection. Raises OutsideError there."""
    if not _Hook.is_set:
        _Hook.is_set = True
        sys.addaudithook(_Hook.audit)
    start = threading.Thread.start

    def start_if_allowed(thread: threading.Thread) -> None:
        _refuse(f"thread {thread.name}")
        start(thread)

    _Hook.runs += 1
    threading.Thread.start = start_if_allowed  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
        _Hook.runs -= 1


@contextmanager
def no_standstill(within_s: float = STILL_S) -> Iterator[None]:
    """In a trio task: raise StandstillError where trio's clock stands still for so long.

    By a signal, so in the main thread only. What spins with checkpoints is cancelled; what does not, interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    scope, token = trio.CancelScope(), trio.lowlevel.current_trio_token()
    last_s, looks = trio.current_time(), 0

    def look(_signal: int, _frame: FrameType | None) -> None:
        nonlocal last_s, looks
        now_s = trio.current_time()
        looks, last_s = (looks + 1 if now_s == last_s else 0), now_s
        if looks > 1:
            raise StandstillError(f"the simulated run has stood still for {looks * within_s:g} s")
        if looks:
            token.run_sync_soon(scope.cancel)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, within_s, within_s)
    try:
        with scope:
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if scope.cancelled_caught:
        raise StandstillError(f"the simulated run has stood still for {within_s:g} s")
