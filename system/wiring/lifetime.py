"""The life of a program that listens to TWS: from its start to a signal, or to an end that its user can read."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import trio

from system.actors.ports import Log
from system.broker.door import loop
from system.domain.errors import BnError

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # the last: its terminal was closed

Obey = Callable[[AsyncIterator[int], trio.Nursery], Awaitable[None]]


async def live_until_signal(work: Callable[[trio.Nursery], Awaitable[None]], obey: Obey, log: Log) -> None:
    """Do the work, with `obey` listening beside it, both in one nursery. Raises the work's BnError."""
    ends: list[BnError] = []
    async with loop(lambda text: log("loop_failed", text=text)):
        with trio.open_signal_receiver(*SIGNALS) as signals:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(obey, signals, nursery)
                try:
                    await work(nursery)
                except BnError as end:
                    ends.append(end)
                nursery.cancel_scope.cancel()
    if ends:
        raise ends[0]
