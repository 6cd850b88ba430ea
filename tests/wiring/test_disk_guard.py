"""Room on the disk: below 500 MB no entries until there is more, below 100 MB a halt; not known is not enough."""

from pathlib import Path

import pytest
import trio

from system.domain import order_events as order
from system.domain.errors import StorageError
from system.storage.disk_space import DiskLevel
from system.wiring.disk_guard import UNKNOWN_MAX, DiskGuard
from tests.actors.stage import SETTINGS, Stage, push, stage

MB = 1_000_000
FOLDER = Path()


class Disk:
    """A disk with so many megabytes free; None: that cannot be told."""

    def __init__(self, free_mb: int | None) -> None:
        self.free_mb = free_mb

    def free(self, _folder: Path) -> int:
        if self.free_mb is None:
            raise StorageError("cannot tell its free space")
        return self.free_mb * MB


def guard(it: Stage, disk: Disk) -> DiskGuard:
    return DiskGuard([FOLDER], post=it.tws.post, clock=it.clock, log=it.ears.log, free=disk.free)


@pytest.mark.trio
async def test_too_little_room_stops_entries_until_there_is_more(autojump_clock: object) -> None:
    disk = Disk(499)
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        looking = guard(it, disk)
        looking.look()
        looking.look()
        await push(it, 1)
        assert it.done(order.Place) == []
        assert it.wiring.risk.why_halted() == "the disk is nearly full"
        assert it.paper.remember().orders.halted == ""
        disk.free_mb = 550  # at the limit the gate would turn all the time
        looking.look()
        await it.settle(1)
        assert it.wiring.risk.why_halted() == "the disk is nearly full"
        disk.free_mb = 601
        looking.look()
        await push(it, -1)
        assert len(it.done(order.Place)) == 1
        assert it.ears.alerts() == ["disk_low"]


@pytest.mark.trio
async def test_next_to_no_room_halts_and_more_room_does_not_resume(autojump_clock: object) -> None:
    disk = Disk(99)
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        looking = guard(it, disk)
        looking.look()
        disk.free_mb = 9_000
        looking.look()
        await push(it, 1)
        assert it.done(order.Place) == []
        assert it.paper.remember().orders.halted == "the disk is full"
        assert it.ears.alerts() == ["disk_full", "halted"]


@pytest.mark.trio
async def test_actors_that_began_again_are_told_again(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        looking = guard(it, Disk(300))
        looking.look()
        await it.settle(1)
        setattr(it.wiring.confluence, "take", None)  # noqa: B010 - a method is no attribute to assign
        await it.settle(15)
        await it.flow(2)
        looking.look()
        await it.settle(1)
        assert it.wiring.restarts == 1
        assert it.wiring.risk.why_halted() == "the disk is nearly full"


@pytest.mark.trio
async def test_what_is_not_known_for_a_minute_counts_as_too_little(autojump_clock: object) -> None:
    disk = Disk(9_000)
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        looking = guard(it, disk)
        it.wiring.risk.holds.clear()
        disk.free_mb = None
        for _ in range(UNKNOWN_MAX - 1):
            looking.look()
        assert looking.level is DiskLevel.ENOUGH
        for _ in range(3):
            looking.look()
        await it.settle(1)
        assert it.wiring.risk.why_halted() == "the disk's free space is not known"
        assert it.ears.alerts() == ["disk_unknown"]
        disk.free_mb = 9_000
        looking.look()
        await it.settle(1)
        assert it.wiring.risk.why_halted() == ""


@pytest.mark.trio
async def test_a_disk_that_is_no_longer_told_of_keeps_its_halt(autojump_clock: object) -> None:
    disk = Disk(50)
    async with stage(settings=SETTINGS) as it:
        looking = guard(it, disk)
        looking.look()
        disk.free_mb = None
        for _ in range(UNKNOWN_MAX):
            looking.look()
        assert looking.level is DiskLevel.HALT


@pytest.mark.trio
async def test_it_looks_every_ten_seconds_at_the_worst_of_the_disks(autojump_clock: object) -> None:
    rooms = {Path("a"): 9_000, Path("b"): 200}
    looked: list[Path] = []

    def free(folder: Path) -> int:
        looked.append(folder)
        return rooms[folder] * MB

    async with stage(settings=SETTINGS) as it:
        looking = DiskGuard(list(rooms), post=it.tws.post, clock=it.clock, log=it.ears.log, free=free)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(looking.run)
            await it.settle(25)
            nursery.cancel_scope.cancel()
        assert looking.level is DiskLevel.NO_ENTRIES
        assert looked == [*rooms] * 3


@pytest.mark.trio
async def test_a_real_folder_has_some_room_or_is_not_known(tmp_path: Path, autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        gone = DiskGuard([tmp_path / "gone"], post=it.tws.post, clock=it.clock, log=it.ears.log)
        for _ in range(UNKNOWN_MAX):
            gone.look()
        assert it.ears.alerts() == ["disk_unknown"]
