"""Whose account is behind an address: dial, hear the greeting, and leave. A mock TWS also tells what time it plays."""

from dataclasses import dataclass
from typing import Any, Final

import ib_insync
import trio

from system.broker.address import Address
from system.broker.dial import LATER_S, NoConnectionError, dial
from system.broker.door import END_S, USER_INFO, guard
from system.domain.settings import SECOND_NS

MOCK: Final = "bn mock-tws"  # as a mock names itself
CURRENT_TIME: Final = 49
ASK_S: Final = 3.0
REQUEST_ID: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """`mock_ns` is the time in a mock's market; 0: it is none."""

    accounts: tuple[str, ...]
    mock_ns: int = 0


async def greet(address: Address, *, asks_mock: bool, within_s: float) -> Greeting:
    """What TWS says of itself. Raises NoConnectionError. Within `door.loop`."""
    ib: Any = ib_insync.IB()
    connection = guard(ib)
    codes: list[int] = []
    ib.errorEvent.connect(lambda _req_id, code, *_: codes.append(code), keep_ref=True)
    try:
        await dial(
            ib.client,
            lambda: ib.client.connectAsync(address.host, address.port, address.client_id, within_s + LATER_S),
            address,
            lambda: codes,
            within_s,
        )
        accounts = tuple(ib.client.getAccounts())
        return Greeting(accounts=accounts, mock_ns=await _ask_mock(ib.client) if asks_mock else 0)
    finally:
        if connection.isConnected():
            lost = trio.Event()
            connection.disconnected.connect(lambda *_: lost.set(), keep_ref=True)
            connection.disconnect()
            with trio.CancelScope(shield=True), trio.move_on_after(END_S):
                await lost.wait()  # the client id is free again only then


async def _ask_mock(client: Any) -> int:
    """The time of a mock; 0 where it is none, or does not say."""
    told: dict[int, str] = {}
    done = trio.Event()

    def take(kind: int, text: str) -> None:
        told[kind] = text
        if len(told) == 2:
            done.set()

    client.decoder.handlers[USER_INFO] = lambda fields: take(USER_INFO, fields[2])
    client.decoder.handlers[CURRENT_TIME] = lambda fields: take(CURRENT_TIME, fields[2])
    try:
        client.reqUserInfo(REQUEST_ID)
        client.reqCurrentTime()
    except ConnectionError as lost:
        raise NoConnectionError("hung_up", str(lost)) from None
    with trio.move_on_after(ASK_S):
        await done.wait()
    return int(told[CURRENT_TIME]) * SECOND_NS if told.get(USER_INFO) == MOCK and CURRENT_TIME in told else 0
