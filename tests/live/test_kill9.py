"""Killed eight times in a market that trades; `ops/kill9` does it two hundred times."""

import json
import subprocess
import sys

import pytest

from tests.live.kill9 import ROOT

pytestmark = pytest.mark.jit
WITHIN_S = 600


def test_f45_killed_again_and_again_it_loses_no_fill_sends_nothing_twice_and_keeps_its_stop() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.live.kill9", "8", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tally = json.loads(done.stdout.splitlines()[-1])
    assert (tally["rounds"], tally["brackets"] > 0) == (8, True)
