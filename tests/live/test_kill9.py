"""Killed eight times in a market that trades; `ops/kill9` does it two hundred times."""

from pathlib import Path

import pytest

from tests.live.kill9 import kill_over_and_over

pytestmark = pytest.mark.jit


def test_f45_killed_again_and_again_it_loses_no_fill_sends_nothing_twice_and_keeps_its_stop(tmp_path: Path) -> None:
    tally = kill_over_and_over(tmp_path, 8, seed=3)
    assert tally.wrong == [], (tmp_path / "live.log").read_text(encoding="utf-8")[-4000:]
    assert (tally.rounds, tally.brackets > 0) == (8, True)
