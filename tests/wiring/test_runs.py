"""Runs in the journal, and the question before real money: has this program run on paper within a week?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from system.config import Config
from system.domain.errors import LinkGaveUpError, RefusedError, StorageError
from system.domain.order_log import State, fold
from system.domain.settings import DAY_S, SECOND_NS
from system.storage.journal import Journal, read_journal
from system.wiring.places import make, places_of
from system.wiring.runs import HOW_MAX, Mode, check_names, has_recent_paper_run, recorded_run
from system.wiring.version import CODE, digest, version

ACCOUNT = "DU1234567"
NOW_NS = 1_718_208_000 * 10**9
DAY_NS = DAY_S * SECOND_NS


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=str(tmp_path / "data"))


@pytest.fixture
def journal(config: Config) -> Iterator[Journal]:
    places = places_of(config, ACCOUNT)
    make(places)
    with Journal.open(places.journal, ACCOUNT, create=True) as journal:
        yield journal


def run(journal: Journal, *, at_ns: int = NOW_NS, of: str = "1", mode: Mode = "paper", is_dry: bool = False) -> None:
    with recorded_run(journal, version=of, mode=mode, is_dry=is_dry, wall_ns=lambda: at_ns):
        pass


def runs(journal: Journal) -> list[Any]:
    return [record.payload for record in journal.records(kind="run")]


def test_a_run_is_recorded_at_its_beginning_and_its_end(journal: Journal) -> None:
    times = iter([NOW_NS, NOW_NS + 5])
    with recorded_run(journal, version="1", mode="paper", is_dry=False, wall_ns=lambda: next(times)):
        assert [each["what"] for each in runs(journal)] == ["began"]
    began, ended = runs(journal)
    run = {"version": "1", "mode": "paper", "dry": 0, "account": "DU****567"}
    assert dict(began) == {"what": "began", **run}
    assert dict(ended) == {"what": "ended", **run, "began_ns": NOW_NS, "status": 0, "how": "stopped"}


@pytest.mark.parametrize(
    ("error", "status", "how"),
    [
        (LinkGaveUpError("no TWS for DU1234567"), 3, "no TWS for DU****567"),
        (ZeroDivisionError("by nothing"), 1, "ZeroDivisionError: by nothing"),
        (KeyboardInterrupt(), 1, "KeyboardInterrupt: "),
        (ValueError("x" * 2_000_000), 1, ("ValueError: " + "x" * HOW_MAX)[:HOW_MAX]),
    ],
)
def test_how_it_ended_is_recorded_and_goes_on(error: BaseException, status: int, how: str, journal: Journal) -> None:
    with (
        pytest.raises(type(error)),
        recorded_run(journal, version="1", mode="real", is_dry=False, wall_ns=lambda: NOW_NS),
    ):
        raise error
    assert (runs(journal)[-1]["status"], runs(journal)[-1]["how"]) == (status, how)


def test_a_run_that_was_cancelled_ended_badly(journal: Journal) -> None:
    async def cancelled() -> None:
        with (
            trio.CancelScope() as scope,
            recorded_run(journal, version="1", mode="paper", is_dry=False, wall_ns=lambda: NOW_NS),
        ):
            scope.cancel()
            await trio.sleep_forever()

    trio.run(cancelled)
    assert runs(journal)[-1]["status"] == 1


def fail(journal: Journal, error: BaseException, *, closes: bool = False) -> None:
    with recorded_run(journal, version="1", mode="paper", is_dry=False, wall_ns=lambda: NOW_NS):
        if closes:
            journal.close()
        raise error


def test_a_journal_that_takes_no_more_does_not_hide_what_was_raised(journal: Journal) -> None:
    with pytest.raises(StorageError, match="the disk"):
        fail(journal, StorageError("the disk is full"), closes=True)


NAMES = {"instrument": "ES", "client_id": 1}


def in_hand() -> State:
    """A bracket that nothing is known of."""
    terms = {"side": 1, "contracts": 1, "target_ticks": 4016, "stop_ticks": 3992, "entry_id": 1}
    return fold([("intent", NOW_NS, {"ref": "bn1-1", **terms})])


def began_as(journal: Journal, names: dict[str, Any]) -> None:
    with recorded_run(journal, version="1", mode="paper", is_dry=False, wall_ns=lambda: NOW_NS, names=names):
        pass


@pytest.mark.parametrize(("name", "other"), [("instrument", "MES"), ("client_id", 2)])
def test_f24_what_is_in_hand_is_held_under_no_other_name(name: str, other: object, journal: Journal) -> None:
    began_as(journal, NAMES | {name: other})
    began_as(journal, NAMES)
    check_names(journal, in_hand(), NAMES)
    check_names(journal, State(), NAMES | {name: other})
    with pytest.raises(RefusedError, match=rf"^{name} is {other}, and what the journal holds was sent with"):
        check_names(journal, in_hand(), NAMES | {name: other})


def test_a_journal_without_names_refuses_none(journal: Journal) -> None:
    run(journal)
    check_names(journal, in_hand(), NAMES)


def test_a_paper_run_of_this_program_within_a_week_counts(config: Config, journal: Journal) -> None:
    assert not has_recent_paper_run(config, "1", NOW_NS)
    run(journal)
    assert has_recent_paper_run(config, "1", NOW_NS)
    assert has_recent_paper_run(config, "1", NOW_NS + 7 * DAY_NS)


@pytest.mark.parametrize(
    "other",
    [
        {"of": "2"},
        {"mode": "real"},
        {"mode": "mock"},
        {"is_dry": True},
        {"at_ns": NOW_NS - 8 * DAY_NS},
        {"at_ns": NOW_NS + DAY_NS},
    ],
)
def test_no_other_run_does(other: dict[str, Any], config: Config, journal: Journal) -> None:
    run(journal, **other)
    assert not has_recent_paper_run(config, "1", NOW_NS)


def test_a_run_that_is_not_over_does_not(config: Config, journal: Journal) -> None:
    with recorded_run(journal, version="1", mode="paper", is_dry=False, wall_ns=lambda: NOW_NS):
        assert not has_recent_paper_run(config, "1", NOW_NS)
    assert has_recent_paper_run(config, "1", NOW_NS)


def test_a_run_that_failed_does_not(config: Config, journal: Journal) -> None:
    with pytest.raises(LinkGaveUpError):
        fail(journal, LinkGaveUpError("gone"))
    assert not has_recent_paper_run(config, "1", NOW_NS)


def test_a_journal_that_cannot_be_read_proves_nothing(config: Config, journal: Journal) -> None:
    run(journal)
    other = places_of(config, "DU7654321")
    make(other)
    other.journal.write_text("rubbish")
    assert has_recent_paper_run(config, "1", NOW_NS)
    journal.path.unlink()
    journal.path.write_text("rubbish")
    assert not has_recent_paper_run(config, "1", NOW_NS)


def test_nothing_was_ever_traded(tmp_path: Path) -> None:
    assert not has_recent_paper_run(Config(data_dir=str(tmp_path / "none")), "1", NOW_NS)


def test_the_version_is_another_with_any_file(tmp_path: Path) -> None:
    assert version().endswith(digest(CODE))
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "notes.txt").write_text("")
    one = digest(tmp_path)
    (tmp_path / "notes.txt").write_text("more")
    assert digest(tmp_path) == one
    (tmp_path / "a.py").write_text("a = 2\n")
    assert digest(tmp_path) != one
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert digest(tmp_path) != one


def test_a_journal_of_runs_alone_is_whole(journal: Journal) -> None:
    run(journal)
    assert journal.check().ok
    assert len(list(read_journal(journal.path, "run"))) == 2
