"""An operator's words: done when the journal shows it, not before; without a running program, in the journal alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from system.config import Config
from system.domain import order_events as order
from system.domain.errors import InputError, RefusedError
from system.domain.order_events import Journal as Record
from system.domain.order_log import State
from system.domain.settings import SECOND_NS
from system.storage.journal import Journal
from system.wiring.memory import remember
from system.wiring.operator import REASON_MAX, Operator, Written, checked, tell_journal
from system.wiring.places import Places, make, places_of
from tests.actors.stage import SETTINGS, Paper, Stage, push, stage

ACCOUNT = "DU1234567"
NOW_NS = 1_718_208_000 * 10**9


@dataclass
class Watched(Paper):
    """A journal that may take its time to show what was written."""

    written: Written = field(init=False)

    def __post_init__(self) -> None:
        self.written = Written(super().write, State())

    def write(self, records: Sequence[Record]) -> None:
        self.written(records)


def operator(it: Stage) -> Operator:
    assert isinstance(it.paper, Watched)
    return Operator(it.wiring, it.paper.written, post=it.tws.post, clock=it.clock, log=it.ears.log)


@pytest.mark.trio
async def test_a_halt_is_answered_when_the_journal_has_it(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        answer = await operator(it).halt({"reason": "the Fed"})
        assert answer == {"done": True, "text": "halted: the Fed; flat", "halted": "the Fed"}
        assert it.paper.remember().orders.halted == "the Fed"
        await push(it, 1)
        assert it.done(order.Place) == []


@pytest.mark.trio
async def test_a_second_halt_leaves_the_first_reason(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await operator(it).halt({"reason": "one"})
        assert (await operator(it).halt({"reason": "two"}))["halted"] == "one"


@pytest.mark.trio
async def test_a_resume_lets_entries_in_again(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        await operator(it).halt({})
        answer = await operator(it).resume({})
        assert answer == {"done": True, "text": "not halted; flat", "halted": ""}
        await push(it, 1)
        assert len(it.done(order.Place)) == 1


@pytest.mark.trio
async def test_a_flatten_is_answered_once_nothing_is_held_and_nothing_rests(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        answers: list[dict[str, object]] = []

        async def flatten() -> None:
            answers.append(await operator(it).flatten({}))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(flatten)
            await it.settle(2)
            assert answers == []
            it.tws.fill(it.done(order.Place)[-1].orders[0].order_id, 20_000)
        assert answers[0]["done"]
        assert answers[0]["halted"] == "flatten asked for"
        assert it.wiring.order.state.book.position == 0


@pytest.mark.trio
async def test_a_halt_does_not_wait_for_what_was_asked_before(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        ours = operator(it)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ours.flatten, {})
            await it.settle(1)
            began_ns = it.clock()
            assert (await ours.halt({}))["done"]
            assert it.clock() - began_ns < SECOND_NS
            nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_what_the_broker_does_not_do_in_time_is_not_known_yet(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        await push(it, 1)
        it.tws.fill(1, 20_001)
        await it.settle(1)
        answer = await operator(it).flatten({})
        assert not answer["done"]
        assert answer["text"].startswith("not known yet, after 20 s: halted: flatten asked for; +1 contracts")


@pytest.mark.trio
async def test_a_journal_that_shows_nothing_is_no_answer(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        silent = Operator(
            it.wiring, Written(lambda _: None, State()), post=it.tws.post, clock=it.clock, log=it.ears.log
        )
        answer = await silent.halt({})
        assert not answer["done"]
        assert it.wiring.risk.halted == "halt asked for"


@pytest.mark.trio
async def test_what_is_on_disk_is_what_the_actors_hold(autojump_clock: object) -> None:
    paper = Watched()
    async with stage(settings=SETTINGS, paper=paper) as it:
        await it.until_ready()
        await push(it, -1)
        it.tws.fill(1, 20_001)
        await it.settle(5)
        assert paper.written.orders == it.wiring.order.state == paper.remember().orders


@pytest.mark.trio
async def test_where_a_part_keeps_failing_a_resume_says_so(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS, paper=Watched()) as it:
        await it.until_ready()
        for _ in range(2):
            setattr(it.wiring.risk, "_ask", None)  # noqa: B010 - a method is no attribute to assign
            await it.settle(12)
            await it.flow(2)
        assert it.wiring.is_guard
        assert "start it again" in (await operator(it).resume({}))["text"]


@pytest.mark.parametrize("reason", [3, None, "a\nb", "x" * (REASON_MAX + 1)])
def test_a_reason_is_a_line_of_text(reason: object) -> None:
    with pytest.raises(InputError, match="reason: expected"):
        checked(reason)


# without a running program


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = places_of(Config(data_dir=str(tmp_path)), ACCOUNT)
    make(places)
    Journal.open(places.journal, ACCOUNT, create=True).close()
    return places


def halted(places: Places) -> str:
    with Journal.open(places.journal, ACCOUNT) as journal:
        return remember(journal.records()).orders.halted


def test_the_journal_alone_can_be_halted_and_resumed(places: Places) -> None:
    assert tell_journal(places, "halt", "a broken disk", lambda: NOW_NS) == "halted: a broken disk"
    assert halted(places) == "a broken disk"
    assert tell_journal(places, "halt", "again", lambda: NOW_NS) == "halted already: a broken disk"
    assert tell_journal(places, "resume", "", lambda: NOW_NS) == "not halted any more; it was: a broken disk"
    assert halted(places) == ""
    assert tell_journal(places, "resume", "", lambda: NOW_NS) == "not halted; nothing to resume"


def test_f19_a_resume_by_the_journal_forgets_refused_entries_as_one_on_the_road_does(places: Places) -> None:
    with Journal.open(places.journal, ACCOUNT) as journal:
        journal.append("state", NOW_NS, {"refused": 3, "halted": "three entries in a row were refused"})
    tell_journal(places, "resume", "", lambda: NOW_NS)
    with Journal.open(places.journal, ACCOUNT) as journal:
        assert remember(journal.records()).orders.refused == 0


def test_a_halt_without_a_reason_has_the_same_one_as_on_the_road(places: Places) -> None:
    tell_journal(places, "halt", "", lambda: NOW_NS)
    assert halted(places) == "halt asked for"


def test_a_journal_in_use_is_not_written_to(places: Places) -> None:
    with Journal.open(places.journal, ACCOUNT), pytest.raises(RefusedError, match="in use by process"):
        tell_journal(places, "halt", "", lambda: NOW_NS)
