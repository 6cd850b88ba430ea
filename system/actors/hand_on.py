"""Handing on to the next actor without a rest: a rest after each thing handed on is what wake-ups cost most by."""

from typing import TypeVar

import trio

T = TypeVar("T")


async def hand_on(outbox: trio.MemorySendChannel[T], item: T) -> None:
    """Send, and wait only where there is no room. Who calls this in a loop waits for its own input in between."""
    try:
        outbox.send_nowait(item)
    except trio.WouldBlock:
        await outbox.send(item)
