"""A plan of faults, as each stranger's client sees it: what FAILURES.md says that the wire shows."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.tws.handle import MockTws
from tests.contract.environments import clean, environment

FAULTS = Path(__file__).parent / "faults"
LIMIT_S = 90
pytestmark = [pytest.mark.contract, pytest.mark.jit]


@pytest.fixture(scope="module", params=["ib_insync", "ib_async", "ibapi"])
def seen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the client of that name found."""
    client: str = request.param
    script = [str(FAULTS / "ibapi_faults.py")] if client == "ibapi" else [str(FAULTS / "ib_faults.py"), client]
    with MockTws("--faults", str(FAULTS / "plan.toml"), seed=1, speed=20) as server:
        done = subprocess.run(
            [str(environment(client)), *script, str(server.port)],
            env=clean(),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return {"client": client, **json.loads(done.stdout.splitlines()[-1])}


def test_f21_a_lost_link_to_ib_is_two_codes_around_a_silence_and_no_disconnect(seen: dict[str, Any]) -> None:
    assert seen["1100"] == {"codes": [1100, 1102], "silence": True, "connected": True, "ticks_again": True}


def test_f08_an_order_that_was_swallowed_is_never_acknowledged(seen: dict[str, Any]) -> None:
    unanswered = "nothing" if seen["client"] == "ibapi" else "PendingSubmit"
    assert seen["swallow"] == {"lost": unanswered, "found": "Submitted"}


def test_f03_without_its_end_marker_an_answer_never_ends_on_a_healthy_link(seen: dict[str, Any]) -> None:
    dropped = seen["drop"]
    assert dropped["positions"] == "timeout"
    assert dropped["connected"]
    assert dropped["time"]


def test_after_a_truncated_frame_nothing_is_understood_and_the_client_thinks_itself_connected(
    seen: dict[str, Any],
) -> None:
    assert not seen["truncate"]["first"]
    assert not seen["truncate"]["later"]
    if seen["client"] != "ibapi":  # its reader thread may have died of it
        assert seen["truncate"]["connected"]


def test_f05_a_half_open_socket_is_silent_and_the_client_thinks_itself_connected(seen: dict[str, Any]) -> None:
    assert seen["half_open"] == {"before": True, "after": False, "connected": True}


def test_f24_a_client_id_in_use_is_told_326_and_the_socket_is_closed(seen: dict[str, Any]) -> None:
    assert seen["326"]["codes"] == [326]
    assert seen["326"]["raised"] in ("TimeoutError", "ConnectionError", "hung up")
