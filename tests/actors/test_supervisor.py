"""An actor that fails: all begin again from the journal, a few times; then entries halt, and protection stays."""

from typing import Any

import pytest

from system.actors.supervisor import ActorFailedError
from system.domain.road import Packet
from tests.actors.stage import SETTINGS, Stage, push, stage

pytestmark = pytest.mark.trio


def break_once(it: Stage, actor: str) -> None:
    """Let an actor that takes packets fail at the next one."""
    target: Any = getattr(it.wiring, actor)

    def fail(_packet: Packet) -> Packet:
        raise ZeroDivisionError(actor)

    target.take = fail


@pytest.mark.parametrize("actor", ["watchdog", "market_data", "confluence"])
async def test_a_failed_actor_begins_again_with_all_others(actor: str, autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        break_once(it, actor)
        await it.settle(15)
        await it.flow(2)
        assert it.wiring.restarts == 1
        assert it.wiring.watchdog.state.generation == 2
        assert it.wiring.is_protected
        assert it.wiring.risk.risk.position.contracts == 1
        assert it.wiring.risk.why_halted() == ""


@pytest.mark.parametrize("actor", ["risk", "order"])
async def test_risk_and_order_may_fail_once_and_no_more(actor: str, autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        for _ in range(2):
            target: Any = getattr(it.wiring, actor)
            setattr(target, "_ask" if actor == "risk" else "_think", None)
            await it.settle(12)
            await it.flow(2)
        assert it.wiring.restarts == 2
        assert it.paper.remember().orders.halted == f"the {actor} actor keeps failing"
        assert "halted" in it.ears.alerts()
        assert it.wiring.is_protected


async def test_an_actor_that_fails_on_every_tick_leaves_protection_alone_to_work(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        for _ in range(4):
            break_once(it, "confluence")
            await it.settle(12)
            await it.flow(1)
        assert it.wiring.restarts == 4
        ticks = len(it.reel.batches)
        await it.flow(5)
        assert len(it.reel.batches) == ticks
        assert it.wiring.is_protected
        assert it.wiring.risk.why_halted() == "the confluence actor keeps failing"


async def test_where_even_protection_fails_the_program_ends(autojump_clock: object) -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(ActorFailedError, match="the order actor failed")):
        async with stage(settings=SETTINGS) as it:
            await it.until_ready()
            for _ in range(3):
                setattr(it.wiring.order, "_think", None)  # noqa: B010 - a method is no attribute to assign
                await it.settle(12)
                await it.flow(1)
    assert "actors_failed" in it.ears.alerts()
