"""F50: each day a connection asks whether its contract is still what it was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from simulator.tws.data import contracts
from simulator.tws.memory import in_memory
from system.broker.account import Account
from system.broker.broker import LiveBroker
from system.broker.door import loop
from system.domain import link_events as link
from system.domain.instrument import ES, ContractMonth
from system.domain.road import ContractTold, Record
from system.domain.settings import DAY_S, MINUTE_S, SECOND_NS
from system.wiring.clock import VirtualClock
from tests.live.stage import ADDRESS
from tests.tws.talk import a_world

pytestmark = pytest.mark.trio
CONTRACT_DETAILS = b"9\0"


class Day:
    """A broker on a Saturday, what it has told, and how often it has asked for the contract."""

    def __init__(self) -> None:
        self.told: list[Record] = []
        self.asked = 0

    def wire(self, _generation: int, way: str, _now_ns: int, data: object) -> None:
        self.asked += way == "out" and isinstance(data, bytes) and data[4:].startswith(CONTRACT_DETAILS)

    def kinds(self) -> list[type]:
        return [type(record) for record in self.told]


@asynccontextmanager
async def saturday() -> AsyncIterator[Day]:
    mock = a_world(start="2024-06-15 12:00")
    day, clock = Day(), VirtualClock(mock.now_ns)
    account = Account(instrument=ES, paper=True, month=lambda _: ContractMonth(2024, 9))
    async with loop(lambda text: pytest.fail(text)), trio.open_nursery() as services:
        broker = LiveBroker(
            ADDRESS, account, clock=clock, prepare=lambda ib: in_memory(ib, mock) and None, wire=day.wire
        )

        async def listen() -> None:
            async for packet in broker.records:
                day.told += packet.records

        services.start_soon(broker.run)

        async def weekend() -> None:
            """A market that is closed, a minute at a time."""
            while True:
                await trio.sleep(MINUTE_S)
                mock.advance(mock.now_ns + MINUTE_S * SECOND_NS)

        services.start_soon(weekend)
        services.start_soon(listen)
        broker.do(link.Dial(generation=1))
        await trio.sleep(10)
        yield day
        services.cancel_scope.cancel()


async def test_a_contract_that_is_what_it_was_is_asked_for_each_day_and_nothing_is_said(autojump_clock: object) -> None:
    async with saturday() as day:
        assert (day.asked, ContractTold in day.kinds()) == (1, True)
        told = len(day.told)
        await trio.sleep(DAY_S)
        assert (day.asked, len(day.told)) == (2, told)


async def test_a_contract_that_is_told_otherwise_ends_its_connection(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with saturday() as day:
        monkeypatch.setattr(contracts, "FIRST_CON_ID", contracts.FIRST_CON_ID + 1000)
        await trio.sleep(DAY_S)
        lost = [record for record in day.told if isinstance(record, link.ConnectionLost)]
        assert [record.reason for record in lost] == ["the contract ESU4 is told otherwise than at the beginning"]
