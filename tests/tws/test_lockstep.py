"""Real client libraries in memory, under a virtual clock: the same every time."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trio

from simulator.exchange.venue import Exchange
from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.data.source import DataDesk
from simulator.tws.desk.desk import Desk
from simulator.tws.lockstep import STEP_NS, play
from simulator.tws.lockstep_clock import LockstepClock
from simulator.tws.market import Market
from simulator.tws.world import World
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, batch_of
from tests.contract.environments import environment
from tests.faults.stage import OPEN, Actor

ROOT = Path(__file__).parents[2]
FILLS_MIN = 8


def process(library: str, seed: int, hash_seed: int, path: str = "") -> tuple[str, int]:
    """A run in a process of its own: its digest, and the fills in it."""
    output = subprocess.run(
        [sys.executable, "-m", "tests.tws.lockstep_run", library, str(seed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout.split()
    return output[0], int(output[1])


def test_the_same_seed_gives_the_same_bytes_in_six_processes_with_different_hash_seeds_and_another_seed_others() -> (
    None
):
    with ThreadPoolExecutor(2) as pool:
        *runs, other = pool.map(
            lambda seeds: process("ib_insync", *seeds), [*((1, hash_seed) for hash_seed in range(6)), (2, 0)]
        )
    assert len(set(runs)) == 1
    assert runs[0][1] >= FILLS_MIN, "brackets filled at both ends"
    assert other[0] != runs[0][0]


@pytest.mark.contract
def test_ib_async_runs_in_memory_too_and_the_same_every_time() -> None:
    python = environment("ib_async")
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    runs = {process("ib_async", 1, hash_seed, packages) for hash_seed in (1, 2)}
    assert len(runs) == 1
    assert runs.pop()[1] >= FILLS_MIN


START_NS = 1_710_856_800 * SECOND_NS  # 2024-03-19 10:00 New York


def silent() -> World:
    """A quote, and a minute later another one."""
    tape = batch_of(
        ts_ns=[START_NS, START_NS + 60 * SECOND_NS],
        kind=[QUOTE] * 2,
        bid_ticks=[20_000] * 2,
        ask_ticks=[20_001] * 2,
        bid_size=[9] * 2,
        ask_size=[9] * 2,
    )
    exchange, data = Exchange(latency_ns=1), DataDesk()
    world = World(Market.of([tape], exchange), data, Desk(exchange, data.board, 1), name="silent")
    world.advance(START_NS)
    return world


def test_the_clock_goes_on_where_the_tape_is_silent() -> None:
    world, lags = silent(), []

    async def look() -> None:
        async with trio.open_nursery() as nursery:
            began_s = trio.current_time()
            nursery.start_soon(play, world, START_NS + 60 * SECOND_NS)
            for _ in range(170):
                await trio.sleep(0.35)
                lags.append(START_NS + (trio.current_time() - began_s) * SECOND_NS - world.now_ns)

    trio.run(look, clock=LockstepClock())
    assert 0 <= max(lags) <= STEP_NS


def test_a_fault_that_a_message_leads_to_comes_when_it_is_due() -> None:
    world = silent()
    world.faults = Player(world, read_plan("[[fault]]\nkind = 'ack_late'\nby = '100ms'", "plan"))
    came: dict[float, bool] = {}

    async def trade() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(play, world, START_NS + 10 * SECOND_NS)
            await trio.sleep(2.3)
            client = Actor(world, at_s=trio.current_time())
            client.start()
            client.order(1, kind="LMT", limit=1000)
            for wait_s in (0.09, 0.02):
                await trio.sleep(wait_s)
                came[wait_s] = OPEN in client.kinds()

    trio.run(trade, clock=LockstepClock())
    assert came == {0.09: False, 0.02: True}
