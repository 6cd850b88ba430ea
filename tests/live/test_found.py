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


async def test_an_order_that_tws_has_put_aside_is_canceled_before_it_comes_alive(autojump_clock: object) -> None:
    """Inactive, and among the open orders: taken for rejected, it would have filled beside the next entry."""
    async with live() as it:
        await it.ready()
        it.inject("inactive", by="20s", which="entry")
        await it.signal(1)
        await it.until(lambda: it.wiring.order.state.is_flat, 15)
        assert not [order for order in it.mock.desk.orders if order.client_id == 1]
        await it.settle(30)
        assert it.truth == 0
        it.agrees()
