"""F50 through the client and the mock TWS, which lists every quarterly month."""

import pytest

from system.domain.bracket import Phase
from system.domain.settings import Settings
from tests.actors.stage import EAGER, Paper
from tests.live.stage import Live, live
from tests.tws.talk import a_world

pytestmark = pytest.mark.trio

OVERNIGHT = Settings(profile=EAGER, entry_start_s=0, entry_end_s=86_400, flat_by_s=86_400)


def months(it: Live) -> list[str]:
    return [str(record.payload["month"]) for record in it.paper.records if record.kind == "contract"]


async def until(it: Live, phase: Phase, within_s: int) -> None:
    for _ in range(within_s):
        if it.wiring.risk.risk.phase is phase:
            return
        await it.settle(1)
    raise AssertionError(f"{it.wiring.risk.risk.phase} after {within_s} s")


async def test_f50_a_position_is_closed_in_its_contract_and_the_next_is_traded(autojump_clock: object) -> None:
    """June 2024 is left in the session of June 13th, which opens on the 12th at 18:00 New York."""
    paper = Paper()
    mock = a_world(start="2024-06-12 18:00:05")
    first = Settings(profile=EAGER, entry_start_s=0, entry_end_s=86_400, flat_by_s=86_400, roll_days=7)
    async with live(mock, settings=first, paper=paper, rolls=True) as it:
        await until(it, Phase.OPEN, 600)
        assert months(it) == ["2024-06"]
    async with live(mock, settings=OVERNIGHT, paper=paper, rolls=True) as again:  # 8 days: the roll is over
        await until(again, Phase.FLAT, 120)
        await again.settle(90)
        assert months(again) == ["2024-06", "2024-06", "2024-09"]
        assert again.ears.fills[-1].reason == "flatten"
        assert again.wiring.order.state.is_flat
        assert mock.desk.positions() == []
        assert again.wiring.watchdog.state.failures == 0
