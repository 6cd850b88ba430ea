"""Virtual time is what trio's own is, in fewer passes of the scheduler."""

from collections.abc import Callable
from random import Random

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from simulator.tws.lockstep import seed_scheduler
from simulator.tws.lockstep_clock import LockstepClock

Clock = MockClock | LockstepClock
Story = list[tuple[float, int, str]]


class Passes(trio.abc.Instrument):
    """Counts them."""

    def __init__(self) -> None:
        self.count = 0

    def before_io_wait(self, timeout: float) -> None:
        self.count += 1


async def _talk(seed: int, story: Story) -> None:
    """Five tasks that sleep, send to each other, wait for an answer for a while, and wait until nobody has work."""
    pipes = [trio.open_memory_channel[int](3) for _ in range(5)]

    async def one(number: int) -> None:
        chance = Random(f"{seed} {number}")
        for _ in range(12):
            match chance.randrange(4):
                case 0:
                    await trio.sleep(chance.random())
                case 1:
                    with trio.move_on_after(chance.choice((0.1, 1.0, 30.0))):
                        await pipes[number][1].receive()
                        story.append((trio.current_time(), number, "heard"))
                case 2:
                    with trio.move_on_after(chance.random()):
                        await pipes[chance.randrange(5)][0].send(number)
                case _:
                    await wait_all_tasks_blocked()
            story.append((trio.current_time(), number, "did"))

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(one, number)


def told(seed: int, make: Callable[[], Clock]) -> tuple[Story, int]:
    story: Story = []
    passes = Passes()
    seed_scheduler(seed)
    trio.run(_talk, seed, story, clock=make(), instruments=[passes])
    return story, passes.count


@given(st.integers(0, 1_000_000))
def test_the_same_happens_at_the_same_instants_as_by_trios_own_virtual_clock(seed: int) -> None:
    ours, few = told(seed, LockstepClock)
    theirs, many = told(seed, lambda: MockClock(autojump_threshold=0))
    assert ours == theirs
    assert few < many


def test_who_waits_until_nobody_has_work_is_woken_before_time_goes_on() -> None:
    async def main() -> float:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 5)
            await wait_all_tasks_blocked()
            return trio.current_time()
        raise AssertionError

    assert trio.run(main, clock=LockstepClock()) == 0.0


def test_a_call_from_outside_is_made_before_time_goes_on() -> None:
    async def main() -> list[float]:
        called_s: list[float] = []
        token = trio.lowlevel.current_trio_token()
        token.run_sync_soon(lambda: called_s.append(trio.current_time()))
        await trio.sleep(60)
        return called_s

    assert trio.run(main, clock=LockstepClock()) == [0.0]


def test_a_jump_is_time_that_passes_at_once_and_never_back() -> None:
    async def main() -> None:
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, LockstepClock)
        with trio.move_on_after(3) as scope:
            clock.jump(10)
            await trio.sleep_forever()
        assert scope.cancelled_caught
        assert trio.current_time() == 10
        with pytest.raises(ValueError, match="go backwards"):
            clock.jump(-1)

    trio.run(main, clock=LockstepClock())
