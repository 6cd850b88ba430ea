"""The pytest plugin as a stranger uses it: a project of its own, outside the repository, whose tests trade."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config -p no:cacheprovider
filterwarnings =
    error
    ignore:There is no current event loop:DeprecationWarning:eventkit
trio_mode = true
"""
BOT = '''
"""A bot of a few lines, on the library's own asynchronous calls."""

import asyncio

from ib_insync import IB, Future, LimitOrder

BAD = 0.0


async def traded(host, port, client_id=1):
    """Buy one ES at 3999 and wait for the fill."""
    ib = IB()
    await ib.connectAsync(host, port, clientId=client_id)
    months = await ib.reqContractDetailsAsync(Future("ES", exchange="CME"))
    es = min(months, key=lambda month: month.contract.lastTradeDateOrContractMonth).contract
    trade = ib.placeOrder(es, LimitOrder("BUY", 1, 3999, outsideRth=True))
    return ib, trade


async def until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not in five seconds")
'''
TESTS = '''
import asyncio

import pytest
import trio
from bot import traded, until


@pytest.fixture(autouse=True)
def a_loop():
    """ib_insync takes the current event loop where no coroutine runs."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()
    asyncio.set_event_loop(None)


def test_in_synchronous_code_the_market_is_ours(mock_tws, a_loop):
    mock_tws.market.quote(bid=4000, ask=4000.25, bid_size=5, ask_size=6)
    ib, trade = a_loop.run_until_complete(traded(mock_tws.host, mock_tws.port))
    (placed,) = mock_tws.wait_received("PlaceOrder")
    assert placed.client == 1 and placed["terms"]["limit_price"] == 3999
    assert mock_tws.market.bid == 4000 and mock_tws.market.ask == 4000.25
    ib.sleep(0.2)
    assert trade.orderStatus.status == "Submitted"
    mock_tws.market.quote(bid=3998.5, ask=3998.75)
    a_loop.run_until_complete(until(trade.isDone))
    assert trade.orderStatus.avgFillPrice == 3999
    assert mock_tws.status()["clients"] == [1]
    ib.disconnect()


def test_in_asyncio_a_fill_is_decided(mock_tws, a_loop):
    async def main():
        ib, trade = await traded(mock_tws.host, mock_tws.port)
        await until(lambda: trade.orderStatus.status == "Submitted")
        mock_tws.fill(trade.order.orderId, price=3997.25, client=1)
        await until(trade.isDone)
        assert trade.orderStatus.avgFillPrice == 3997.25
        ib.disconnect()

    a_loop.run_until_complete(main())


async def test_in_trio_a_stream_speaks_to_it(mock_tws):
    async with await trio.open_tcp_stream(mock_tws.host, mock_tws.port) as stream:
        await stream.send_all(b"API\\0\\0\\0\\0\\x09v151..178")
        answer = await stream.receive_some()
    assert answer[4:].startswith(b"178\\0")


@pytest.mark.mock_tws("--preset", "calm", seed=3, speed=1, start="2024-03-19 11:00")
def test_a_mark_says_how_it_starts(mock_tws):
    assert mock_tws.status()["now"].startswith("20240319 15:00")
    assert mock_tws.speed == 1
    mock_tws.pause()
    before = mock_tws.status()["now_ns"]
    assert mock_tws.status()["now_ns"] == before
    mock_tws.resume()
    mock_tws.speed = 100
    assert mock_tws.speed == 100
    mock_tws.market.move(10)


def test_a_fault_is_injected(mock_tws, a_loop):
    async def main():
        ib, _ = await traded(mock_tws.host, mock_tws.port)
        mock_tws.inject("hang_up", client=1)
        await until(lambda: not ib.isConnected())

    a_loop.run_until_complete(main())


def test_what_is_wrong_is_said(mock_tws):
    with pytest.raises(Exception, match="multiple of 0.25"):
        mock_tws.market.trade(4000.1)
    with pytest.raises(TimeoutError, match="0 CancelOrder received"):
        mock_tws.wait_received("CancelOrder", timeout_s=0.05)


def test_there_may_be_several(mock_tws_factory):
    assert mock_tws_factory(seed=1).port != mock_tws_factory(seed=2).port
'''


@pytest.mark.jit
def test_a_project_of_its_own_trades_in_the_mock(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "bot.py").write_text(BOT)
    (tmp_path / "test_bot.py").write_text(TESTS)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert "7 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
