"""What chaos has found in the live system, each once more by hand."""

import pytest

from system.domain.link_state import Phase
from tests.live.stage import live

pytestmark = pytest.mark.trio


async def test_a_connection_that_ends_with_its_greeting_is_a_failed_dial(autojump_clock: object) -> None:
    """TWS has said which accounts and which id, and breaks off in the middle of its next word."""
    async with live() as it:
        await it.ready()
        it.inject("reset_mid_frame", of="Error")  # the first word about a farm
        it.inject("reset")
        await it.until(lambda: it.wiring.watchdog.state.generation == 3, 30)
        await it.until(lambda: it.wiring.watchdog.state.phase is Phase.READY, 60)
        assert "closed the connection" in it.wiring.watchdog.state.failure
