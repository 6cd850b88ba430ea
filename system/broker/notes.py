"""What a recording of a session is shown of the broker, as it happens; and how the broker waits, so that it can be."""

from collections.abc import Awaitable, Callable

import trio

# Generation, kind, when, what: "in" and "out" bytes; "made", "failed", "lost" of a connection; "do" a command, "told" a
# record that no bytes have brought; "alarm" a wait that is over, by its name.
Wire = Callable[[int, str, int, object], None]

Sleep = Callable[[str, float], Awaitable[None]]  # what for, how long


async def sleep(_what: str, seconds: float) -> None:
    """Wait, and show it to nobody."""
    await trio.sleep(seconds)
