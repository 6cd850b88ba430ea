"""The machine under the program: its disk and its clocks, which fail as real ones do."""

from collections.abc import Iterator

import pytest
import trio
import trio.testing

from simulator.chaos.disk import Disk, Paper
from simulator.chaos.timeline import MachineClock, Timeline
from simulator.tws.lockstep_clock import LockstepClock
from system.domain.errors import RefusedError, StorageError
from system.domain.order_events import Journal
from system.domain.settings import SECOND_NS

BEGAN_NS = 1_710_000_000 * SECOND_NS


def notes(count: int, kind: str = "note") -> list[Journal]:
    return [Journal(kind=kind, now_ns=BEGAN_NS + number, payload={"number": number}) for number in range(count)]


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    yield disk
    disk.remove()


def test_what_was_written_is_there_after_a_kill(disk: Disk) -> None:
    paper = Paper(disk)
    paper.write(notes(3))
    paper.cut()
    again = Paper(disk)
    assert [payload["number"] for _, _, payload in again.notes()] == [0, 1, 2]
    again.close()


@pytest.mark.parametrize("permille", [0, 1, 250, 500, 750, 999, 1000])
def test_a_torn_write_is_there_whole_or_not_at_all(disk: Disk, permille: int) -> None:
    paper = Paper(disk)
    paper.write(notes(3))
    paper.tear(notes(5, "torn"), permille / 1000)
    again = Paper(disk)
    kinds = [kind for kind, _, _ in again.notes()]
    assert kinds in (["note"] * 3, ["note"] * 3 + ["torn"] * 5)
    again.write(notes(1, "after"))
    assert [kind for kind, _, _ in again.notes()] == [*kinds, "after"]
    again.close()


def test_a_write_that_is_torn_at_once_is_lost_and_a_whole_one_is_kept(disk: Disk) -> None:
    paper = Paper(disk)
    paper.tear(notes(2, "lost"), 0.0)
    paper = Paper(disk)
    assert paper.notes() == []
    paper.tear(notes(2, "kept"), 1.0)
    paper = Paper(disk)
    assert len(paper.notes()) == 2
    paper.close()


@pytest.mark.parametrize(("failing", "kept"), [("before", 0), ("after", 1)])
def test_a_write_that_fails_is_said_to_have_failed_wherever_it_got(disk: Disk, failing: str, kept: int) -> None:
    paper = Paper(disk)
    disk.failing = failing
    with pytest.raises(StorageError, match="disk I/O error"):
        paper.write(notes(1))
    disk.failing = ""
    with pytest.raises(StorageError, match="takes no more"):
        paper.write(notes(1))
    paper.close()
    again = Paper(disk)
    assert len(again.notes()) == kept
    again.close()
    assert disk.failed == 2


def test_a_full_disk_takes_nothing(disk: Disk) -> None:
    paper = Paper(disk)
    disk.is_full = True
    with pytest.raises(StorageError, match="full"):
        paper.write(notes(1))
    paper.close()


def test_a_second_program_cannot_open_the_journal(disk: Disk) -> None:
    paper = Paper(disk)
    with pytest.raises(RefusedError, match="in use"):
        Paper(disk)
    paper.close()


@pytest.mark.trio
async def test_a_sleep_is_seen_by_the_clock_and_not_by_trio(autojump_clock: LockstepClock) -> None:
    timeline = Timeline(BEGAN_NS)
    clock = MachineClock(timeline)
    await trio.sleep(10)
    assert clock() == BEGAN_NS + 10 * SECOND_NS
    timeline.slept_ns += 60 * SECOND_NS
    assert timeline.now_s == 70.0
    assert clock() == BEGAN_NS + 10 * SECOND_NS  # it stood still
    assert clock.slept_ns() == 60 * SECOND_NS
    assert clock() == BEGAN_NS + 70 * SECOND_NS  # anchored anew
    assert clock.slept_ns() == 0
    assert clock.deadline_s(clock() + SECOND_NS) == trio.current_time() + 1


@pytest.mark.trio
async def test_a_step_of_the_wall_clock_shows_in_the_next_life_alone(autojump_clock: LockstepClock) -> None:
    timeline = Timeline(BEGAN_NS)
    clock = MachineClock(timeline)
    timeline.stepped_ns -= 600 * SECOND_NS
    await trio.sleep(1)
    assert clock() == BEGAN_NS + SECOND_NS
    later = MachineClock(timeline)
    assert later() == BEGAN_NS - 599 * SECOND_NS
    assert later.deadline_s(later() + SECOND_NS) == trio.current_time() + 1
