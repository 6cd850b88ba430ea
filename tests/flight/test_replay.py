"""A session in virtual time, with a lost connection and a kill in it, and what becomes of it in its replay."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.chaos.plan import read_chaos
from simulator.chaos.run import run as chaos
from simulator.chaos.saved import folder_for
from simulator.flight.replay import Verdict, replay
from simulator.flight.session import Recorded, find
from simulator.flight.start import Start, start_of
from system.domain.errors import InputError
from system.storage.wire_log import Frame
from tests.flight.tape import Change, frames, of_json, written

pytestmark = pytest.mark.jit
PLAN = """
seed = 3
minutes = 5
[[fault]]
kind = "reset"
at = "100s"
[[blow]]
kind = "operator"
at = "130s"
word = "halt"
[[blow]]
kind = "kill"
at = "190s"
restart = "5s"
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("session")
    result = chaos(read_chaos(PLAN, "plan"), save=folder)
    assert (result.broken, result.lives) == ("", 2)
    assert result.orders >= 3
    return folder


def as_recorded(run: Recorded) -> Start:
    return start_of(run, None, ())


def replayed(path: Path) -> Verdict:
    return replay(find([path]), as_recorded)


def changed(session: Path, folder: Path, change: Change, life: int = 1) -> Path:
    """One life of the session with other frames."""
    return written(folder / "changed.wire", change(frames(session / f"life-{life:03}.wire")))


def at(kind: str, of: Sequence[Frame], number: int = 0) -> int:
    """Where the number-th frame of a kind is."""
    return [place for place, frame in enumerate(of) if frame.kind == kind][number]


def test_a_session_with_a_lost_connection_and_a_restart_replays_identical(session: Path) -> None:
    verdict = replayed(session)
    assert verdict.difference is None
    assert [len(frames(each.run.path)) for each in verdict.runs] == [each.run.frames for each in verdict.runs]
    first, second = verdict.runs
    assert first.run.counts["lost"] == 1
    assert first.run.end is None
    assert second.run.end is not None
    for each in verdict.runs:
        counts = each.run.counts
        assert counts["out"] > 100
        assert each.compared > counts["out"] + counts["do"] + counts["wrote"]
    assert verdict.notes == ["life-001.wire: ends without a word, as after a kill: compared as far as it goes"]


def test_a_changed_threshold_is_pointed_at_where_it_first_decides(session: Path) -> None:
    def tighter(run: Recorded) -> Start:
        start = as_recorded(run)
        settings = replace(start.rules.settings, stop_ticks=start.rules.settings.stop_ticks + 1)
        return replace(start, rules=replace(start.rules, settings=settings))

    difference = replay(find([session]), tighter).difference
    assert difference is not None
    told = difference.document()
    whole = frames(session / "life-001.wire")
    first = next(place for place, frame in enumerate(whole, 1) if frame.kind == "wrote" and b'"intent"' in frame.data)
    assert (told["kind"], told["frame"]) == ("journal", first)
    assert len(told["apart"]) == 1
    assert "intent.stop_ticks: " in told["apart"][0]
    assert told["before"][-1].startswith(f"frame {first} ")


def test_other_bytes_in_an_outbound_frame_are_a_difference(session: Path, tmp_path: Path) -> None:
    def change(of: list[Frame]) -> list[Frame]:
        place = next(place for place, frame in enumerate(of) if frame.kind == "out" and b"\0MKT\0" in frame.data)
        of[place] = replace(of[place], data=of[place].data.replace(b"\0MKT\0", b"\0LMT\0"))
        return of

    difference = replayed(changed(session, tmp_path, change)).difference
    assert difference is not None
    assert difference.kind == "out"
    assert "type=LMT" in difference.session
    assert "type=MKT" in difference.replay
    assert difference.apart == ("message 1: order_type=LMT, in the replay order_type=MKT",)


@pytest.mark.parametrize("gone", [("out",), ("do", "out")])
def test_what_the_session_did_not_do_is_a_difference_though_all_that_follows_is_alike(
    session: Path, tmp_path: Path, gone: tuple[str, ...]
) -> None:
    """One of two hundred probes that are all the same, or its bytes alone."""
    places = list[int]()

    def change(of: list[Frame]) -> list[Frame]:
        places.append(at("out", of, 60))
        assert [of[places[0] - 2 + turn].kind for turn in range(3)] == ["mark", "do", "out"]
        del of[places[0] + 1 - len(gone) : places[0] + 1]
        return of

    difference = replayed(changed(session, tmp_path, change)).difference
    assert difference is not None
    probe = "ReqCurrentTime" if gone == ("out",) else "Probe generation=1"
    assert (difference.kind, difference.session, difference.replay) == (gone[0], "nothing", probe)
    assert difference.frame == places[0] + 1 - len(gone)


def test_an_outbound_frame_too_many_in_the_session_is_a_difference(session: Path, tmp_path: Path) -> None:
    places = list[int]()

    def change(of: list[Frame]) -> list[Frame]:
        places.append(at("out", of, 60) + 1)
        of.insert(places[0], of[places[0] - 1])
        return of

    difference = replayed(changed(session, tmp_path, change)).difference
    assert difference is not None
    assert (difference.kind, difference.frame) == ("out", places[0] + 1)
    assert (difference.session, difference.replay) == ("ReqCurrentTime", "nothing")


def test_another_order_of_two_outbound_frames_is_a_difference(session: Path, tmp_path: Path) -> None:
    def change(of: list[Frame]) -> list[Frame]:
        places = [place for place, frame in enumerate(of) if frame.kind == "out"]
        one, other = next(pair for pair in pairwise(places) if of[pair[0]].data != of[pair[1]].data)
        of[one], of[other] = of[other], of[one]
        return of

    difference = replayed(changed(session, tmp_path, change)).difference
    assert difference is not None
    assert difference.kind == "out"
    assert difference.session != difference.replay != "nothing"


def test_what_was_decided_a_little_later_among_inbound_frames_is_none(session: Path, tmp_path: Path) -> None:
    """The next ticks came in while what was before them was still being thought about."""

    def change(of: list[Frame]) -> list[Frame]:
        place = next(
            place
            for place, (one, other) in enumerate(pairwise(of))
            if one.kind == "wrote" and other.kind == "in" and other.data[4:].startswith(b"99\0")
        )
        of.insert(place, of.pop(place + 1))
        return of

    assert replayed(changed(session, tmp_path, change)).difference is None


def test_another_time_in_the_journal_is_a_difference(session: Path, tmp_path: Path) -> None:
    def change(of: list[Frame]) -> list[Frame]:
        place = at("wrote", of, 10)
        of[place] = of_json(of[place], lambda records: [[kind, ns + 1, payload] for kind, ns, payload in records])
        return of

    difference = replayed(changed(session, tmp_path, change)).difference
    assert difference is not None
    assert difference.kind == "wrote"


def test_a_run_that_ends_otherwise_is_a_difference(session: Path, tmp_path: Path) -> None:
    def change(of: list[Frame]) -> list[Frame]:
        of[-1] = of_json(of[-1], lambda end: {**end, "error": "LinkGaveUpError", "text": "refused"})
        return of

    difference = replayed(changed(session, tmp_path, change, life=2)).difference
    assert difference is not None
    assert (difference.kind, difference.replay) == ("ended", "nothing")
    assert "LinkGaveUpError" in difference.session


def test_a_journal_that_was_changed_between_two_runs_is_a_difference(session: Path, tmp_path: Path) -> None:
    def change(of: list[Frame]) -> list[Frame]:
        of[0] = of_json(of[0], lambda head: {**head, "journal": halted(head["journal"])})
        return of

    def halted(journal: dict[str, dict[str, dict[str, object]]]) -> dict[str, dict[str, dict[str, object]]]:
        journal["memory"]["orders"]["halted"] = "by hand"
        return journal

    second = changed(session, tmp_path, change, life=2)
    verdict = replay(find([session / "life-001.wire", second]), as_recorded)
    assert verdict.difference is not None
    assert verdict.difference.kind == "the journal between two runs"
    assert "by hand" in verdict.difference.session


def test_a_recording_that_is_cut_replays_identical_as_far_as_it_goes(session: Path, tmp_path: Path) -> None:
    whole = (session / "life-001.wire").read_bytes()
    (tmp_path / "cut.wire").write_bytes(whole[: len(whole) // 2])
    verdict = replayed(tmp_path)
    assert verdict.difference is None
    (only,) = verdict.runs
    assert 200 < only.run.frames < len(frames(session / "life-001.wire"))


def test_a_chaos_run_is_saved_to_a_folder_of_its_own(session: Path, tmp_path: Path) -> None:
    assert folder_for(tmp_path / "new" / "one").is_dir()
    with pytest.raises(InputError, match="expected an empty folder, or none"):
        folder_for(session)
    with pytest.raises(InputError, match="cannot be saved to: File exists"):
        folder_for(session / "life-001.wire")


def test_a_failed_actor_ends_the_comparison_of_its_run_and_it_is_said(session: Path, tmp_path: Path) -> None:
    def change(of: list[Frame]) -> list[Frame]:
        place = at("mark", of, 60)
        return [*of[:place], replace(of[at("began", of)], now_ns=of[place].now_ns), of[-1]]

    verdict = replayed(changed(session, tmp_path, change))
    assert verdict.difference is None
    assert verdict.notes[0].startswith("changed.wire: an actor failed at frame ")


def test_a_chaos_run_has_its_seeds_rules_and_takes_no_others(session: Path) -> None:
    run = find([session])[0]
    with pytest.raises(InputError, match="a run of bn chaos, whose rules are its seed's"):
        start_of(run, None, ["stop_ticks=4"])


@pytest.mark.parametrize("without", ["host", "mode", "config", "dry"])
def test_a_beginning_that_lacks_something_is_bad_input(session: Path, without: str) -> None:
    run = find([session])[0]
    head = {name: value for name, value in run.head.items() if name not in (without, "chaos")}
    with pytest.raises(InputError, match=r"frame 1: KeyError: .*: expected what a run began with"):
        start_of(replace(run, head=head), None, ())
