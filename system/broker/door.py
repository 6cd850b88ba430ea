"""One connection to TWS: made fast or refused with a reason, every question under a deadline, nothing swallowed.

A fresh `IB()` for each connection: an old one keeps what is no longer true. All within `loop()`.
"""

import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import ib_insync
import trio
import trio_asyncio

from system.broker.address import Address
from system.broker.dial import LATER_S, NoConnectionError, dial
from system.broker.guard import GuardedConnection

T = TypeVar("T")
USER_INFO: Final = 107
END_S: Final = 1.0  # for a connection to end
SAID_MAX: Final = 1000
logging.getLogger("ib_insync").addHandler(logging.NullHandler())  # what it says is told in our words, or logged
SWALLOWERS: Final = ("ib_insync.decoder.Decoder", "ib_insync.Decoder", "ib_insync.wrapper", "eventkit.event")


class NoAnswerError(Exception):
    """A question that was not answered in time: nothing is known, which is not the same as an empty answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An error, a warning or a notice of TWS's."""

    req_id: int
    code: int
    text: str


class Door:
    """What is on the other side. `said` holds TWS's words, newest last."""

    def __init__(self, ib: Any, connection: GuardedConnection) -> None:
        self.ib = ib
        self.connection = connection
        self.said: deque[Said] = deque(maxlen=SAID_MAX)
        self.swallowed: deque[str] = deque(maxlen=SAID_MAX)  # what the library logged and went on
        ib.errorEvent.connect(self._hear, keep_ref=True)
        ib.client.decoder.handlers[USER_INFO] = self._end_user_info

    def _end_user_info(self, fields: list[str]) -> None:
        """The library drops the answer's only word: the brand of this TWS."""
        self.ib.wrapper._endReq(int(fields[1]), fields[2])

    def _hear(self, req_id: int, code: int, text: str, _contract: Any) -> None:
        self.said.append(Said(req_id=req_id, code=code, text=text))

    async def ask(self, question: Callable[[], Awaitable[T]], what: str, *, within_s: float) -> T:
        """Ask, for at most so long. Raises NoAnswerError, or NoConnectionError where it ends meanwhile."""
        with trio.move_on_after(within_s):
            try:
                answer: T = await trio_asyncio.aio_as_trio(question)()
            except ConnectionError as lost:
                raise NoConnectionError("broken" if self.connection.broken else "hung_up", str(lost)) from None
            return answer
        raise NoAnswerError(f"{what}: no answer within {within_s:g} s")


@asynccontextmanager
async def loop(on_failure: Callable[[str], None]) -> AsyncIterator[None]:
    """What the library runs in. Its own failures go to `on_failure`: by default they would end the whole program."""
    async with trio_asyncio.open_loop() as running:
        running.set_exception_handler(lambda _loop, context: on_failure(str(context.get("exception") or context)))
        yield


@asynccontextmanager
async def open_door(address: Address, *, within_s: float) -> AsyncIterator[Door]:
    """Connect and start, all within `within_s`; the connection ends with the block. Raises NoConnectionError."""
    ib = ib_insync.IB()
    connection = guard(ib)
    door = Door(ib, connection)
    handler = _Swallowed(door.swallowed)
    loggers = [logging.getLogger(name) for name in SWALLOWERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        await _connect(door, address, within_s)
        yield door
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        with trio.CancelScope(shield=True), trio.move_on_after(END_S):
            await _close(ib, connection)


def guard(ib: Any) -> GuardedConnection:
    """Give a fresh `IB()` a connection that notices broken framing."""
    client = ib.client
    connection = client.conn = GuardedConnection()
    connection.hasData.connect(client._onSocketHasData, keep_ref=True)
    connection.disconnected.connect(client._onSocketDisconnected, keep_ref=True)
    return connection


async def _connect(door: Door, address: Address, within_s: float) -> None:
    await dial(
        door.ib.client,
        lambda: door.ib.connectAsync(
            address.host, address.port, clientId=address.client_id, timeout=within_s + LATER_S
        ),
        address,
        lambda: [said.code for said in door.said],
        within_s,
    )


async def _close(ib: Any, connection: GuardedConnection) -> None:
    """End it, and wait until it has ended: a client id is free again only then."""
    if not connection.isConnected():
        return
    lost = trio.Event()
    connection.disconnected.connect(lambda *_: lost.set(), keep_ref=True)
    ib.disconnect()
    await lost.wait()


class _Swallowed(logging.Handler):
    """Errors that the library logs and goes on: a message that it could not read, a listener that failed."""

    def __init__(self, into: deque[str]) -> None:
        super().__init__(logging.ERROR)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it; TWS's own errors are known elsewhere."""
        if record.exc_info is not None and record.exc_info[0] is not None:
            self._into.append(f"{record.name}: {record.getMessage()}")
