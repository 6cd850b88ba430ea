"""What chaos has found, in the product, in the mock TWS or in its own judge, does not come back.

Each plan is the shrunk one that broke an invariant; its first line says what was wrong. It tells its story in today's
market: where that changes, look for it anew, with the mend taken out and other seeds.
"""

from pathlib import Path

import pytest

from simulator.chaos.plan import load_chaos
from simulator.chaos.run import run

pytestmark = pytest.mark.jit
FOUND = sorted((Path(__file__).parent / "found").glob("*.toml"))


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_does_not_come_back(path: Path) -> None:
    result = run(load_chaos(path))
    assert (result.broken, result.told) == ("", ""), result.decisions
    assert sum(result.dealt.values()) > 0


def test_every_plan_says_what_was_wrong() -> None:
    assert FOUND
    for path in FOUND:
        assert path.read_text().startswith("# "), path
