"""`bn doctor` against a mock TWS over TCP: all green, and what it says where something is wrong."""

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.tws.handle import MockTws
from system.broker.address import Address
from system.broker.door import loop
from system.broker.examination import Examination
from system.domain.instrument import ES
from tests.broker.stage import HERE, served
from tests.cli.test_sim import bn
from tests.faults.stage import START_NS

pytestmark = pytest.mark.jit


@pytest.fixture(scope="module")
def tws() -> Iterator[MockTws]:
    with MockTws(seed=1, speed=20) as server:
        yield server


def doctor(folder: Path, port: int, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit status, and what each step found."""
    done: subprocess.CompletedProcess[str] = bn(folder, "doctor", "--port", str(port), "--json", *words)
    assert "Traceback" not in done.stderr
    return done.returncode, {step["step"]: step for step in json.loads(done.stdout)["steps"]}


def test_everything_is_right_with_a_healthy_mock(tws: MockTws, tmp_path: Path) -> None:
    status, steps = doctor(tmp_path, tws.port)
    assert {name: step["ok"] for name, step in steps.items()} == dict.fromkeys(steps, True)
    assert len(steps) == 10
    assert status == 0


def test_it_is_printed_for_a_person(tws: MockTws, tmp_path: Path) -> None:
    done = bn(tmp_path, "doctor", "--port", str(tws.port))
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ok      port")
    assert any("a mock TWS, whose clock is its own" in line for line in lines)
    assert "DU5258698" not in done.stdout, "account numbers are masked"


def test_no_order_is_placed(tws: MockTws, tmp_path: Path) -> None:
    before = len(tws.received("PlaceOrder"))
    doctor(tmp_path, tws.port)
    placed = tws.received("PlaceOrder")[before:]
    assert [order["terms"]["what_if"] for order in placed] == [True]


def test_a_port_where_nothing_listens_is_status_3_and_says_what_to_click(tmp_path: Path) -> None:
    status, steps = doctor(tmp_path, 1)
    assert status == 3
    assert list(steps) == ["port"]
    assert any("Enable ActiveX and Socket Clients" in line for line in steps["port"]["advice"])


def test_f24_a_client_id_in_use_is_told_apart_from_a_silent_tws(tws: MockTws, tmp_path: Path) -> None:
    tws.inject("refuse_326", for_="8s", client=91)
    status, steps = doctor(tmp_path, tws.port, "--client-id", "91")
    assert status == 3
    assert steps["handshake"]["text"].startswith("client id 91 is in use")


def test_something_that_is_no_tws_is_told_so(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        status, steps = doctor(tmp_path, mute.getsockname()[1])
    assert status == 3
    assert "did not answer within 10 s" in steps["handshake"]["text"]


def test_f60_a_paper_account_is_no_real_one(tws: MockTws, tmp_path: Path) -> None:
    status, steps = doctor(tmp_path, tws.port, "--real")
    assert status == 1
    assert steps["account"]["text"].endswith("is a paper account; expected a real one")
    assert list(steps)[-1] == "account", "nothing is asked further of the wrong account"


def test_f46_no_right_to_live_data_is_told_with_where_to_subscribe(tws: MockTws, tmp_path: Path) -> None:
    tws.inject("entitlement", for_="12s", data="none")
    status, steps = doctor(tmp_path, tws.port)
    assert status == 1
    assert steps["market data"]["ok"] is False
    assert any("Market Data Subscriptions" in line for line in steps["market data"]["advice"])


@pytest.mark.trio
@pytest.mark.parametrize("allow_sampled", [True, False])
async def test_f69_data_refused_tick_by_tick_is_looked_at_sampled_where_that_is_allowed(allow_sampled: bool) -> None:
    async with served(speed=20) as (server, port), loop(pytest.fail):
        server.world.data.limits.tick_by_tick = 0
        examination = Examination(
            address=Address(host=HERE, port=port, client_id=1),
            instrument=ES,
            paper=True,
            roll_days=8,
            wall_ns=lambda: START_NS,
            allow_sampled=allow_sampled,
        )
        steps = {finding.step: finding async for finding in examination.run()}
    data = steps["market data"]
    assert data.ok is allow_sampled
    if allow_sampled:
        assert data.text.startswith("sampled by TWS, as allow_sampled allows, for it is refused tick by tick (10190: ")
        assert steps["quotes"].ok
        assert steps["what-if order"].ok
    else:
        assert data.text.startswith("10190: ")
        assert any("allow_sampled = true" in line for line in data.advice)


def test_a_bad_option_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = bn(tmp_path, "doctor", "--port", "0")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
