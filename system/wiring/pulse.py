"""Whether the event loop turns (F42): while it does not, nothing is heard of TWS, and no deadline is kept.

A task that wants to be woken ten times a second sees how late it is. A loop that does not turn at all cannot say so:
after ten seconds the interpreter itself writes where every thread stands to standard error, and systemd, whose watchdog
is fed by the loop alone, ends the program and starts it anew (`WatchdogSec` in ops/systemd/bn.service).
"""

import faulthandler
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Final

import trio

from system.actors.ports import Log

PERIOD_S: Final = 0.1
LATE_S: Final = 0.1  # said, once a minute at most
STILL_S: Final = 1.0  # an alert: in that time an exit could not have been sent
STACKS_S: Final = 10.0
FEED_S: Final = 1.0
STDERR: Final = 2  # whatever has taken the place of `sys.stderr`
WINDOW_S: Final = 60.0


class Pulse:
    """`worst_ms` is the loop's lateness, at its worst, in this minute and the last. `feed` is called each second."""

    def __init__(
        self, log: Log, *, now_s: Callable[[], float] = perf_counter, feed: Callable[[], None] = lambda: None
    ) -> None:
        self._log = log
        self._now_s = now_s
        self._feed = feed
        self._worst_s = [0.0, 0.0]  # of this minute, and of the last
        self._minute_ends_s = self._feeds_s = now_s()
        self._told_s = -WINDOW_S

    @property
    def worst_ms(self) -> int:
        """Milliseconds."""
        return round(max(self._worst_s) * 1000)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            due_s = self._now_s() + PERIOD_S
            await trio.sleep(PERIOD_S)
            self._beat(due_s)

    def _beat(self, due_s: float) -> None:
        now_s = self._now_s()
        late_s = max(0.0, now_s - due_s)
        if now_s >= self._minute_ends_s:
            self._worst_s = [0.0, self._worst_s[0]]
            self._minute_ends_s = now_s + WINDOW_S
        if now_s >= self._feeds_s:
            self._feeds_s = now_s + FEED_S
            self._feed()
        self._worst_s[0] = max(self._worst_s[0], late_s)
        if late_s >= STILL_S:
            self._log("alert", name="loop_stood_still", text=f"nothing was done for {late_s:.1f} s; all goes on")
        elif late_s >= LATE_S and now_s >= self._told_s + WINDOW_S:
            self._told_s = now_s
            self._log("loop_late", late_ms=round(late_s * 1000))


def feed_watchdogs() -> None:
    """Tell both that the loop turns: the interpreter's, and systemd's where it has started us (sd_notify(3))."""
    faulthandler.dump_traceback_later(STACKS_S, file=STDERR)
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.setblocking(False)
            line.sendto(b"WATCHDOG=1", "\0" + address[1:] if address.startswith("@") else address)


def leave_watchdogs() -> None:
    """The loop ends, as it should."""
    faulthandler.cancel_dump_traceback_later()
