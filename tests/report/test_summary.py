"""What a person reads after `bn sim`."""

import io
import re

import pytest
from rich.console import Console

from simulator.replay.result import Result, TapeSummary
from simulator.report.figures import usd
from simulator.report.summary import summary
from system.domain.profile import ADAPTIVE, FINAL, LEGACY
from tests.report.samples import empty, small, tape


def shown(results: list[Result], told: TapeSummary | None = None, width: int = 80) -> list[str]:
    file = io.StringIO()
    summary(told or tape(), results, Console(file=file, width=width))
    return file.getvalue().splitlines()


def row(lines: list[str], label: str) -> list[str]:
    found = [line for line in lines if line.strip().startswith(label)]
    assert len(found) == 1, found
    return re.split(r"\s{2,}", found[0].strip())[1:]


def test_three_profiles_stand_side_by_side_in_80_columns() -> None:
    lines = shown([small(LEGACY), small(ADAPTIVE), small(FINAL)])
    assert max(map(len, lines)) <= 80
    assert row(lines, "evaluations") == ["1,235"] * 3
    assert row(lines, "long share") == ["60.0 %"] * 3
    assert row(lines, "accepted") == ["6"] * 3
    assert row(lines, "closes") == ["1"] * 3
    assert row(lines, "denied") == ["3"] * 3
    assert row(lines, "position_open") == ["2"] * 3
    assert row(lines, "round trips") == ["5"] * 3
    assert row(lines, "net, $") == ["+77.50"] * 3
    assert row(lines, "max drawdown, $") == ["209.00"] * 3
    assert row(lines, "open at end") == ["short 2 (-54.50)"] * 3
    assert row(lines, "decision hash") == ["0123456789ab"] * 3


def test_more_profiles_than_fit_go_into_further_tables() -> None:
    lines = shown([small() for _ in range(7)])
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("round trips") for line in lines) == 3


@pytest.mark.parametrize("width", [30, 40, 80, 200])
def test_any_width_will_do(width: int) -> None:
    assert max(map(len, shown([small(), empty()], width=width))) <= width


def test_piped_it_has_no_colours() -> None:
    assert "\x1b" not in "\n".join(shown([small()]))


def test_partial_and_interrupted_are_said() -> None:
    words = "\n".join(shown([small()], tape(partial_session=True, complete=False)))
    assert "1 session (2024-03-08), partial" in words
    assert "INTERRUPTED" in words


def test_a_tape_that_names_no_instrument_is_told() -> None:
    told = tape(symbol="", contract_month=None)
    assert shown([small()], told)[0].startswith("unnamed instrument: ")


def test_a_tape_of_nothing_is_told() -> None:
    lines = shown([empty()], tape(events=0, trades=0, sessions=[], first_ts_ns=None, last_ts_ns=None, sources=[]))
    assert lines[:2] == ["ES 2024-03: no tape", "0 events, 0 trades"]
    assert row(lines, "open at end") == ["flat"]
    assert row(lines, "long share") == ["-"]


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "+0.05"), (-5, "-0.05"), (-123_456, "-1,234.56"), (100, "+1.00")]
)
def test_money_has_its_sign_and_its_cents(cents: int, text: str) -> None:
    assert usd(cents) == text
