"""A plan of faults does, seen from each client, what has been seen on the wire of the real TWS."""

import re
from pathlib import Path

import pytest

from tests.contract.walker import walk

PLAN = Path(__file__).parent / "faults.toml"
KINDS = ["1100", "half_open", "truncate", "drop", "swallow", "refuse_326"]
pytestmark = [pytest.mark.contract, pytest.mark.jit]


@pytest.mark.parametrize("client", ["ib_insync", "ib_async", "ibapi"])
def test_each_client_meets_each_fault(client: str, tmp_path: Path) -> None:
    steps, log = walk("faults", client, tmp_path, "--faults", str(PLAN))
    assert [match[1] for line in log if (match := re.search(r"fault: (\w+)(?!.*over)", line))] == KINDS
    assert len(steps) == len(KINDS)
