"""What is decided is a function of the order in which things come in, not of how tasks are scheduled."""

from collections.abc import Sequence
from typing import Any

import pytest
import trio
import trio.testing

from simulator.tws.lockstep import seed_scheduler
from tests.actors.stage import SETTINGS, push, stage


@pytest.mark.parametrize("seed", range(50))
def test_what_is_decided_follows_the_order_of_the_wire_not_the_scheduler(seed: int) -> None:
    """A stop that fills before the tick of a signal, in one packet: the signal finds the cooldown. And behind it: not."""
    outcomes = {}

    async def main(fill_first: bool) -> None:
        async with stage(settings=SETTINGS) as it:
            await it.until_ready()
            await push(it, 1)
            it.tws.fill(1, 20_001)
            for _ in range(65):  # both sides in turn: no signal
                for price in (20_001, 20_000):
                    it.tws.say(*it.tws.quote(), *it.tws.trade(price))
                await it.settle(2)
            fill = it.tws.filled(3, 19_993)
            ticks: Sequence[Any] = [*it.tws.quote(), *it.tws.trade(20_000, 500)]
            it.tws.say(*(fill + list(ticks) if fill_first else [*ticks, *fill]))
            await it.settle()
            outcomes[fill_first] = it.ears.signals[-1][1]

    for fill_first in (True, False):
        seed_scheduler(seed)
        trio.run(main, fill_first, clock=trio.testing.MockClock(autojump_threshold=0))
    assert outcomes == {True: "cooldown", False: "close"}
