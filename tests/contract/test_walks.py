"""Other people's clients, unchanged, walk through the mock TWS and find nothing to complain of."""

from pathlib import Path

import pytest

from tests.contract.walker import walk

STEPS_MIN = 50
pytestmark = [pytest.mark.contract, pytest.mark.jit]


@pytest.mark.parametrize("client", ["ib_insync", "ib_async", "ibapi"])
def test_a_strangers_client_walks_through_every_step(client: str, tmp_path: Path) -> None:
    steps, _ = walk("walk", client, tmp_path)
    assert len(set(steps)) == len(steps) >= STEPS_MIN
