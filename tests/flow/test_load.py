"""Flow files: what they say is what the market does, and what is wrong with one is told in a line."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.flow.flow_text import flow_text
from simulator.flow.load import load_flow
from simulator.flow.parameters import NORMAL, PRESETS
from system.domain.errors import InputError

EXAMPLE = Path(__file__).parents[2] / "ops" / "flow.example.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "flow.toml"
    path.write_text(text)
    return path


def test_without_a_file_the_preset_is_the_flow() -> None:
    assert load_flow(None, None) == NORMAL
    assert load_flow(None, "calm").parameters == PRESETS["calm"]


def test_a_file_changes_what_it_names_over_its_preset(tmp_path: Path) -> None:
    path = written(tmp_path, 'preset = "volatile"\nbest_size = 12\nbranching = [0.1, 0.2, 0.3]\n')
    assert load_flow(path, None).parameters == replace(PRESETS["volatile"], best_size=12.0, branching=(0.1, 0.2, 0.3))


def test_the_preset_of_the_command_is_stronger_than_the_files(tmp_path: Path) -> None:
    path = written(tmp_path, 'preset = "volatile"\n')
    assert load_flow(path, "calm").parameters == PRESETS["calm"]


def test_events_have_what_their_kind_has_unless_they_say_otherwise(tmp_path: Path) -> None:
    text = (
        '[[events]]\nkind = "news"\nat = "08:30"\n[[events]]\nkind = "halt"\nat = "13:00"\nminutes = 5\nsession = 2\n'
    )
    news, halt = load_flow(written(tmp_path, text), None).events
    assert (news.kind, news.at, news.minutes, news.ticks, news.side, news.session) == (
        "news",
        870,
        10,
        24,
        "either",
        None,
    )
    assert (halt.at, halt.minutes, halt.session) == (1140, 5, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spread_ticks = 0.5", "spread_ticks = 0.5: expected 1.001 to 1.5: ticks, mean over time in RTH"),
        ("prints_per_session = -1", "prints_per_session = -1: expected 100 to 3000000.0"),
        ("best_size = nan", "best_size = nan: expected a number"),
        ("best_size = true", "best_size = True: expected a number"),
        ("best_sise = 3", 'unknown key "best_sise"; did you mean "best_size"?'),
        ('preset = "quiet"', 'unknown preset "quiet"'),
        ("preset = 3", "preset = 3: expected text"),
        ("branching = [0.5, 0.5, 0.1]", "expected a sum of at most 0.95: at 1 each arrival causes another one"),
        ("branching = [0.5]", "branching: expected 3 numbers"),
        ("branching = 0.5", "branching: expected a list"),
        ("memory_s = [0.1, 1, -3]", "memory_s[2] = -3: expected 0.001 to 600.0: s, those time scales"),
        ("half_hours = [1, 2]", "half_hours: expected 46 numbers"),
        (f"half_hours = {[0] * 46}", "half_hours: expected each half hour to be some part of the day"),
        ("reaction = 1", "reaction = 1: expected 0 to 0.98"),
        ("events = 3", "events: expected a list of at most 32 tables"),
        ("events = [3]", "events[0]: expected a table"),
        ('[[events]]\nkind = "news"', "events[0].at = None: expected a time of day in New York, such as 08:30"),
        ('[[events]]\nkind = "news"\nat = "25:00"', "events[0].at = 25:00: expected a time of day"),
        ('[[events]]\nkind = "news"\nat = "17:30"', "events[0].at = 17:30: expected a time outside the break"),
        ('[[events]]\nkind = "nwes"\nat = "08:30"', 'events[0].kind = "nwes": expected one of'),
        ('[[events]]\nkind = "news"\nat = "08:30"\nside = "left"', "expected up, down or either"),
        ('[[events]]\nkind = "news"\nat = "08:30"\nsise = 1', 'events[0]: unknown key "sise"; did you mean "side"?'),
        ('[[events]]\nkind = "news"\nat = "08:30"\nminutes = 0', "events[0].minutes = 0: expected 1 to 1380"),
        ('[[events]]\nkind = "news"\nat = "08:30"\nticks = -1', "events[0].ticks = -1: expected 0 to 4000"),
        ("best_size = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        load_flow(written(tmp_path, text), None)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/flow.toml: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.toml"
    path.write_bytes(b"best_size = \xff")
    with pytest.raises(InputError, match="not UTF-8 text, at byte 12"):
        load_flow(path, None)


def test_the_example_holds_each_parameter_with_its_default() -> None:
    text = EXAMPLE.read_text()
    header = [line.removeprefix("#").removeprefix(" ") for line in text.split("\n\nhalf_hours")[0].split("\n")]
    assert text == flow_text(NORMAL, "\n".join(header))
    assert load_flow(EXAMPLE, None) == NORMAL


def test_the_event_that_the_example_shows_loads_too(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().split("\n")
    start = lines.index("# [[events]]")
    shown = "\n".join(line.removeprefix("# ") for line in lines[start : start + 7])
    (event,) = load_flow(written(tmp_path, shown), None).events
    assert (event.kind, event.session) == ("news", 2)
