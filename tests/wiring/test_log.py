"""What is said is in the file as JSON and on the console in words, whatever it holds; and saying never fails."""

import json
import logging
import resource
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.position import Fill
from system.wiring.log import OTHERS_PER_MINUTE, PER_MINUTE, EventLog, library_events
from system.wiring.log_line import as_json, as_text, plain

NOON_NS = 1_718_208_000_123_456_789


class Said:
    """A log and what it shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_ns = NOON_NS
        self.shown: list[tuple[str, str]] = []
        self.log = EventLog(folder, lambda: self.now_ns, lambda level, line: self.shown.append((level, line)))

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for path in sorted(self.folder.iterdir()) for line in path.read_text().splitlines()]

    def line(self) -> dict[str, Any]:
        return self.lines()[-1]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    return Said(tmp_path / "logs")


@pytest.fixture
def no_room() -> Iterator[None]:
    """The disk takes nothing."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, was[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, was)


def test_an_event_is_a_json_line_with_time_level_and_fields(said: Said) -> None:
    said.log("link", phase="ready", generation=2)
    assert said.lines() == [
        {"time": "2024-06-12T16:00:00.123456Z", "level": "INFO", "event": "link", "phase": "ready", "generation": 2}
    ]
    assert [path.name for path in said.folder.iterdir()] == ["battle_navale_20240612.log"]
    assert said.shown == [("INFO", "16:00:00Z INFO    link phase=ready generation=2")]


def test_floats_are_exact_in_the_file_and_short_on_the_console(said: Said) -> None:
    said.log("signal", score=-0.18176586987368495, features=[-0.6937118249448609, 0.03])
    assert said.line()["score"] == -0.18176586987368495
    assert said.shown[0][1].endswith("signal score=-0.1818 features=[-0.6937,0.03]")


def test_an_alert_is_an_error(said: Said) -> None:
    said.log("alert", name="data_stalled", text="no Last although the market is open")
    assert said.line()["level"] == "ERROR"
    assert said.shown == [
        ("ERROR", '16:00:00Z ERROR   alert name=data_stalled text="no Last although the market is open"')
    ]


def test_account_numbers_are_masked_wherever_they_are(said: Said) -> None:
    error = ValueError("DU1234567 is another's")
    said.log(
        "a",
        text="of DU1234567",
        path=Path("data/DU1234567/x"),
        exc=error,
        raw=b"\0DU1234567\0",
        deep=[{"DU1234567": ("DU1234567",)}],
    )
    assert "1234567" not in (said.folder / "battle_navale_20240612.log").read_text()
    assert "1234567" not in said.shown[0][1]


class Odd(Enum):
    A = "a"


@dataclass
class Unspeakable:
    number: int = 7

    def __str__(self) -> str:
        raise RuntimeError("not today")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (0.1, 0.1),
        ((1, "a", None, True), [1, "a", None, True]),
        (deque([1]), [1]),
        (
            Fill(ts_ns=1, side=1, contracts=2, price_ticks=3, reason="stop"),
            {"ts_ns": 1, "side": 1, "contracts": 2, "price_ticks": 3, "reason": "stop"},
        ),
        (Odd.A, "Odd.A"),
        (2**70, 2**70),
        (Unspeakable(), {"number": 7}),
        ("a\nb\u2028c", "a\nb\u2028c"),
    ],
)
def test_any_value_is_written(said: Said, value: object, written: object) -> None:
    said.log("a", value=value)
    assert said.line()["value"] == written
    assert said.log.lost == 0
    assert "\n" not in said.shown[0][1]


def test_what_cannot_be_spoken_is_counted_and_no_more(said: Said) -> None:
    class Mute:
        def __str__(self) -> str:
            raise RuntimeError("not today")

    said.log("a", value=Mute())
    assert said.log.lost == 1


def test_a_field_named_as_the_line_s_own_stands_beside_them(said: Said) -> None:
    said.log("a", level="high", time=3)
    assert said.line()["level"] == "INFO"
    assert (said.line()["level_"], said.line()["time_"]) == ("high", 3)


def test_a_value_that_holds_itself_ends(said: Said) -> None:
    loop: list[Any] = []
    loop.append(loop)
    said.log("a", loop=loop)
    assert said.log.lost == 0


def test_an_exception_comes_with_its_traceback_in_the_file_and_its_last_line_on_the_console(said: Said) -> None:
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError as error:
        said.log("actor_failed", actor="risk", exc=error)
    assert "test_log.py" in said.line()["exc"]
    assert said.shown[0][1].endswith('exc="ZeroDivisionError: by nothing"')


def test_a_new_day_begins_a_new_file(said: Said) -> None:
    said.log("a")
    said.now_ns += 86_400 * 10**9
    said.log("b")
    assert [path.name[14:22] for path in sorted(said.folder.iterdir())] == ["20240612", "20240613"]


def test_a_full_disk_is_said_once_and_so_is_its_end(said: Said, no_room: None) -> None:
    for _ in range(3):
        said.log("link", phase="ready")
    assert [line.split()[2] for _, line in said.shown] == ["link", "log_lost", "link", "link"]
    assert said.log.lost == 3
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    said.log("gate")
    assert [line["event"] for line in said.lines()] == ["gate", "log_recovered"]
    assert said.line()["lost"] == 3
    said.log("gate")
    assert [line.split()[2] for _, line in said.shown[4:]] == ["gate", "log_recovered", "gate"]


def test_a_console_that_fails_does_not_fail_the_log(said: Said) -> None:
    def fail(_level: str, _line: str) -> None:
        raise OSError("gone")

    log = EventLog(said.folder, lambda: NOON_NS, fail)
    log("a")
    assert said.line()["event"] == "a"
    assert log.lost == 0


def test_what_libraries_warn_of_is_an_event_and_masked(said: Said) -> None:
    logger = logging.getLogger("ib_insync.test")
    with library_events(said.log):
        logger.info("nothing")
        logger.warning("account %s", "DU1234567")
        wrong = logger.makeRecord(logger.name, logging.ERROR, "", 1, "wrong: %d", ("no number",), None)
        logging.getLogger().handlers[-1].handle(wrong)
    first, second = said.lines()
    assert (first["level"], first["logger"], first["text"]) == ("WARNING", "ib_insync.test", "account DU****567")
    assert (second["level"], second["text"]) == ("WARNING", "wrong: %d")


def test_what_a_library_swallowed_is_an_error(said: Said) -> None:
    logger = logging.getLogger("ib_insync.test")
    with library_events(said.log):
        try:
            raise ZeroDivisionError("by nothing")
        except ZeroDivisionError:
            logger.exception("handler failed")
    assert said.line()["level"] == "ERROR"
    assert "ZeroDivisionError: by nothing" in said.line()["exc"]


def test_a_library_that_repeats_itself_is_cut_off_for_the_minute(said: Said) -> None:
    logger = logging.getLogger("ib_insync.test")
    with library_events(said.log):
        for _ in range(OTHERS_PER_MINUTE + 40):
            logger.warning("again")
        assert len(said.lines()) == OTHERS_PER_MINUTE
        said.now_ns += 60 * 10**9
        logger.warning("later")
    assert [line["event"] for line in said.lines()[-2:]] == ["log_left_out", "library"]
    assert (said.lines()[-2]["of"], said.lines()[-2]["lines"]) == ("library", 40)


def test_an_event_without_end_is_cut_off_for_the_minute_and_others_are_not(said: Said) -> None:
    for _ in range(PER_MINUTE + 3):
        said.log("bad_data")
    said.log("gate")
    assert [line["event"] for line in said.lines()] == ["bad_data"] * PER_MINUTE + ["gate"]
    said.log.close()
    assert said.line()["event"] == "log_left_out"
    assert (said.line()["of"], said.line()["lines"], said.log.lost) == ("bad_data", 3, 0)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_no_value_breaks_a_line(fields: dict[str, Any]) -> None:
    written = {name: plain(value) for name, value in fields.items()}
    line = as_json(NOON_NS, "INFO", "a", written)
    assert line.isprintable()
    assert json.loads(line)["event"] == "a"
    assert as_text(
        NOON_NS, "INFO", "a", {f"n{number}": value for number, value in enumerate(written.values())}
    ).isprintable()
