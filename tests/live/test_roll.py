"""F50 through the client and the mock TWS, which lists every quarterly month."""

from datetime import datetime

import pytest

from system.domain.session import NEW_YORK, utc_ns
from system.domain.settings import SECOND_NS, Settings
from tests.actors.stage import EAGER, Paper
from tests.live.market import a_quiet_world
from tests.live.stage import Live, live

pytestmark = pytest.mark.trio


def overnight(roll_days: int) -> Settings:
    return Settings(
        profile=EAGER,
        min_time_between_signals_ns=SECOND_NS,
        max_signals_per_minute=60,
        entry_start_s=0,
        entry_end_s=86_400,
        flat_by_s=86_400,
        roll_days=roll_days,
        cooldown_after_loss_ns=0,
    )


def months(it: Live) -> list[str]:
    return [str(record.payload["month"]) for record in it.paper.records if record.kind == "contract"]


async def test_f50_a_position_is_closed_in_its_contract_and_the_next_is_traded(autojump_clock: object) -> None:
    """June 2024, which expires on the 21st, is left in the session of the 13th: eight days before."""
    paper, mock = Paper(), a_quiet_world(datetime(2024, 6, 13, 10, tzinfo=NEW_YORK))
    async with live(mock, settings=overnight(7), paper=paper, rolls=True) as it:  # seven: not yet
        await it.enter()
        assert months(it) == ["2024-06"]
        (june,) = [contract.con_id for contract, _ in mock.desk.positions()]
    async with live(mock, settings=overnight(8), paper=paper, rolls=True) as it:
        await it.until(lambda: "2024-09" in months(it), 60)
        assert months(it) == ["2024-06", "2024-06", "2024-09"]
        assert (it.truth, it.held, it.resting) == (0, 0, {})
        assert it.ears.fills[-1].reason == "flatten"
        await it.enter()
        (held,) = [contract.con_id for contract, _ in mock.desk.positions()]
        assert held != june
        assert it.wiring.watchdog.state.failures == 0
        it.agrees()


async def test_f50_a_running_system_moves_on_at_the_open_of_the_roll_session(autojump_clock: object) -> None:
    """Without a position nothing is lost but the seconds of a new connection."""
    paper, mock = Paper(), a_quiet_world(datetime(2024, 6, 12, 17, 59, tzinfo=NEW_YORK), for_s=600)
    async with live(mock, settings=overnight(8), paper=paper, rolls=True, checks_margin=True, for_s=600) as it:
        await it.settle(30)
        assert months(it) == ["2024-06"]
        await it.until(lambda: "2024-09" in months(it), 45)
        assert it.clock() - utc_ns(datetime(2024, 6, 12, 18, tzinfo=NEW_YORK)) < 5 * SECOND_NS
        await it.enter()
        assert months(it) == ["2024-06", "2024-09"]
        assert it.wiring.watchdog.state.failures == 0
        (contract,) = [contract for contract, _ in mock.desk.positions()]
        assert contract.last_trade == "20240920"


async def test_f50_what_is_held_in_the_old_month_without_our_knowledge_is_said_and_halts(
    autojump_clock: object,
) -> None:
    """The journal is another one: of the position in June nothing is known, and September is traded."""
    mock = a_quiet_world(datetime(2024, 6, 13, 10, tzinfo=NEW_YORK))
    async with live(mock, settings=overnight(7), rolls=True) as it:
        await it.enter()
    async with live(mock, settings=overnight(8), rolls=True) as it:
        await it.until(lambda: "other_month" in it.ears.alerts(), 60)
        assert months(it) == ["2024-09"]
        assert it.wiring.order.state.others == "+1 ESM4"
        await it.signal(1)
        await it.settle(5)
        assert it.ears.signals[-1][1] == "halted"
        assert it.placed == [1, 2, 3]  # by the run before
