"""Making a connection, with the reason where none comes of it; the library reports all of them as a timeout."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Literal

import trio
import trio_asyncio

from system.broker.address import Address
from system.broker.notes import Sleep, sleep

IN_USE: Final = 326
GUESS: Final = "Peer closed connection."  # the library's, about a client id, for every end before its start
LATER_S: Final = 5.0  # the library's own limit: ours comes first, and knows why

Why = Literal["refused", "in_use", "silent", "hung_up", "broken"]


class NoConnectionError(Exception):
    """There is no connection; `why` says what kind of reason, the text says it to a person."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text)
        self.why: Why = why


async def dial(
    client: Any,
    connect: Callable[[], Awaitable[Any]],
    address: Address,
    codes: Callable[[], Iterable[int]],
    within_s: float,
    sleep: Sleep = sleep,
) -> None:
    """Connect within so long. `codes`: those that TWS has sent so far. Raises NoConnectionError."""
    over = trio.Event()
    ended: list[str] = []

    def end(text: str) -> None:
        ended.append(text)
        over.set()

    client.apiError.connect(end, keep_ref=True)
    client.conn.disconnected.connect(end, keep_ref=True)  # before the greeting the library says nothing of it
    failure: list[BaseException] = []
    done = is_late = False
    async with trio.open_nursery() as nursery:

        async def call() -> None:
            nonlocal done
            try:
                await trio_asyncio.aio_as_trio(connect)()
                done = True
            except (OSError, TimeoutError) as wrong:
                failure.append(wrong)
            nursery.cancel_scope.cancel()

        async def limit() -> None:
            nonlocal is_late
            await sleep("dial", within_s)
            is_late = True
            nursery.cancel_scope.cancel()

        nursery.start_soon(call)
        nursery.start_soon(limit)
        await over.wait()
        nursery.cancel_scope.cancel()
    if done and client.isReady():  # it may have ended as soon as it stood
        return
    if is_late:
        ended.clear()  # it was us
    raise _why(client, address, codes(), ended, failure, within_s)


def _why(
    client: Any,
    address: Address,
    codes: Iterable[int],
    ended: list[str],
    failure: list[BaseException],
    within_s: float,
) -> NoConnectionError:
    broken = getattr(client.conn, "broken", None)
    if IN_USE in codes:
        return NoConnectionError("in_use", f"client id {address.client_id} is in use at {address}")
    if broken is not None:
        return NoConnectionError("broken", f"{address} sent {broken}")
    if any(isinstance(wrong, ConnectionRefusedError) for wrong in failure):
        return NoConnectionError("refused", f"nothing listens on {address}")
    if any(isinstance(wrong, OSError) and not isinstance(wrong, TimeoutError) for wrong in failure):
        return NoConnectionError("refused", f"{address} cannot be reached: {failure[0]}")
    if ended:
        words = "" if ended[0].startswith(GUESS) else ended[0]
        return NoConnectionError("hung_up", f"{address} closed the connection{words and ': ' + words}")
    return NoConnectionError("silent", f"{address} did not answer within {within_s:g} s")
