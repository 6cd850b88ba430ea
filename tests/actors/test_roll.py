"""F50: at the roll what is held is closed, and a fresh connection trades the next month."""

from typing import Any

import pytest

from system.domain.bracket import Phase
from system.domain.instrument import ContractMonth
from system.domain.link_events import Dial
from system.domain.order_events import Place
from system.domain.road import ContractTold
from system.domain.settings import SECOND_NS, Settings
from tests.actors.stage import EAGER, MONTH, Paper, Stage, Tws, push, stage
from tests.domain.tape import chicago

pytestmark = pytest.mark.trio

EVE = chicago("2024-06-12 16:58:00")  # June is rolled in the session of the 13th, from 17:00 on
NEXT = ContractMonth(2024, 9)
OVERNIGHT = Settings(
    profile=EAGER,
    min_time_between_signals_ns=SECOND_NS,
    max_signals_per_minute=60,
    entry_start_s=0,
    entry_end_s=86_400,
    flat_by_s=86_400,
)


class Months(Tws):
    """A TWS that is asked by month, as a real one is."""

    wiring: Any = None

    def say(self, *records: Any) -> None:
        told = [
            ContractTold(
                now_ns=0,
                generation=record.generation,
                month=(month := self.wiring.month(self.clock())),
                con_id=month.month,
                local_symbol="ES",
            )
            if isinstance(record, ContractTold)
            else record
            for record in records
        ]
        super().say(*told)


def months(it: Stage) -> list[str]:
    return [str(record.payload["month"]) for record in it.paper.records if record.kind == "contract"]


async def start(it: Stage) -> None:
    it.tws.wiring = it.wiring  # type: ignore[attr-defined]
    await it.until_ready()


async def test_f50_a_flat_system_moves_to_the_next_month_with_a_fresh_connection(autojump_clock: object) -> None:
    async with stage(EVE, settings=OVERNIGHT, tws=Months(), rolls=True) as it:
        await start(it)
        assert months(it) == [str(MONTH)]
        await it.flow(180)
        assert months(it) == [str(MONTH), str(NEXT)]
        assert len(it.done(Dial)) == 2
        assert it.wiring.watchdog.state.failures == 0
        await it.flow(120)
        assert len(it.done(Dial)) == 2, "once"


async def test_f50_what_is_held_at_the_roll_is_closed_before_its_contract_is_left(autojump_clock: object) -> None:
    async with stage(chicago("2024-06-12 15:50:00"), settings=OVERNIGHT, tws=Months(), rolls=True) as it:
        await start(it)
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(68 * 60)
        assert len(it.done(Place)) == 1
        await it.flow(120)  # 17:00 is over
        close = it.done(Place)[-1].orders[0]
        assert (close.type, close.side, close.contracts) == ("MKT", -1, 1)
        assert "contract_roll" in it.ears.alerts()
        assert set(months(it)) == {str(MONTH)}
        it.tws.fill(close.order_id, 20_000)
        await it.flow(90)
        assert it.wiring.risk.risk.phase is Phase.FLAT
        assert months(it)[-1] == str(NEXT)


async def test_f50_what_is_found_in_the_old_contract_at_a_start_is_closed_there(autojump_clock: object) -> None:
    paper, tws = Paper(), Months()
    async with stage(chicago("2024-06-12 14:50:00"), settings=OVERNIGHT, paper=paper, tws=tws, rolls=True) as it:
        await start(it)
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(5)
    tws.generation = 0
    late = chicago("2024-06-13 10:00:00")
    async with stage(late, settings=OVERNIGHT, paper=paper, tws=tws, rolls=True) as again:
        tws.wiring = again.wiring
        await again.settle(5)
        assert months(again)[-1] == str(MONTH)
        close = again.done(Place)[-1].orders[0]
        assert (close.type, close.side) == ("MKT", -1)
        tws.fill(close.order_id, 20_000)
        await again.settle(30)
        assert months(again)[-1] == str(NEXT)


async def test_f50_a_contract_that_expired_while_we_were_away_is_not_closed_in_another(autojump_clock: object) -> None:
    paper, tws = Paper(), Months()
    async with stage(chicago("2024-06-12 14:50:00"), settings=OVERNIGHT, paper=paper, tws=tws, rolls=True) as it:
        await start(it)
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(5)
        placed = len(it.done(Place))
    tws.generation = 0
    tws.book.own = 0  # settled in cash
    tws.book.orders.clear()
    tws.book.executions.clear()  # told of since midnight
    async with stage(chicago("2024-06-24 10:00:00"), settings=OVERNIGHT, paper=paper, tws=tws, rolls=True) as again:
        tws.wiring = again.wiring
        await again.settle(120)
        assert months(again)[-1] == str(NEXT)
        assert len(again.done(Place)) == placed
        assert "inferred_fill" in again.ears.alerts()
        assert again.wiring.risk.halted == "an inferred fill"


async def test_f47_nothing_is_closed_at_the_roll_while_the_market_is(autojump_clock: object) -> None:
    paper, tws = Paper(), Months()
    async with stage(chicago("2024-06-12 14:50:00"), settings=OVERNIGHT, paper=paper, tws=tws, rolls=True) as it:
        await start(it)
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(5)
        placed = len(it.done(Place))
    tws.generation = 0
    async with stage(chicago("2024-06-15 12:00:00"), settings=OVERNIGHT, paper=paper, tws=tws, rolls=True) as again:
        tws.wiring = again.wiring
        await again.settle(60)
        assert len(again.done(Place)) == placed


async def test_a_month_does_not_roll_where_nobody_asked_for_it(autojump_clock: object) -> None:
    async with stage(EVE, settings=OVERNIGHT, tws=Months()) as it:
        await start(it)
        await it.flow(180)
        assert months(it) == [str(MONTH)]
