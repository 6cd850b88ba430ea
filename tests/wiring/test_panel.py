"""The panel shows what the status says; live it is drawn in its place, and a blocked terminal costs frames alone."""

import io
import os
import pty
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import trio
from rich.console import Console as RichConsole

from system.wiring.console import Console
from system.wiring.panel import LivePanel, panel

STATUS: dict[str, Any] = {
    "taken_utc": "2024-03-20T16:00:07.000000000Z",
    "run": {
        "is_running": True,
        "account": "DU****567",
        "version": "0.1.0+ab",
        "mode": "paper",
        "how": "",
        "restarts": 0,
        "lost_log_lines": 0,
    },
    "link": {"phase": "ready", "generation": 2, "failures": 0, "failure": "", "last_tick_age_s": 0.25, "lag_ms": 3},
    "session": "2024-03-20",
    "contract": "2024-06",
    "next_roll": "2024-06-13",
    "score": 0.1234,
    "position_contracts": 1,
    "is_protected": True,
    "open_usd": 25.0,
    "day_usd": -1020.5,
    "entries": 1,
    "orders": [
        {"order_id": 1, "role": "entry", "side": "buy", "contracts": 1, "price": None, "state": "filled", "filled": 1},
        {
            "order_id": 3,
            "role": "stop",
            "side": "sell",
            "contracts": 1,
            "price": 4998.25,
            "state": "working",
            "filled": 0,
        },
    ],
    "halted": "",
    "gate_reasons": [],
    "words": "+1 contracts, protected by a stop that the broker has confirmed",
}
NOT_RUNNING = STATUS | {
    "run": STATUS["run"] | {"is_running": False, "how": "stopped"},
    "link": None,
    "score": None,
    "open_usd": None,
    "day_usd": None,
    "gate_reasons": None,
    "halted": "[red]the Fed[/red]",
    "contract": "",
    "next_roll": "",
}


def text(status: dict[str, Any]) -> list[str]:
    """The rows, without the frame."""
    out = io.StringIO()
    RichConsole(file=out, width=100).print(panel(status))
    return [line.strip(" │╭╮╰╯─") for line in out.getvalue().splitlines()]


def test_all_of_it_is_shown() -> None:
    assert text(STATUS) == [
        "bn live · DU****567 · paper",
        "link      ready, connection 2, last tick 0.2 s ago, 3 ms behind",
        "session   2024-03-20, contract 2024-06, rolls 2024-06-13",
        "score     +0.1234",
        "position  +1 contracts, protected by a stop that the broker has confirmed",
        "result    open +25.00 USD, session -1,020.50 USD, 1 entries",
        "orders    1 entry: buy 1 at market, filled, 1 filled",
        "3 stop: sell 1 at 4998.25, working",
        "gate      open",
        "0.1.0+ab · 2024-03-20T16:00:07Z",
    ]


def test_what_is_not_known_is_said_and_words_are_no_markup() -> None:
    shown = text(NOT_RUNNING)
    assert shown[0] == "bn live · DU****567 · paper · not running"
    assert "last run  stopped" in shown
    assert "session   2024-03-20, contract not known" in shown
    assert "result    open not known, session not known, 1 entries" in shown
    assert "halted    [red]the Fed[/red]" in shown
    assert not any(line.startswith("gate") for line in shown)


def test_restarts_lost_lines_and_failed_tries_are_named() -> None:
    status = STATUS | {"run": STATUS["run"] | {"restarts": 2, "lost_log_lines": 5}, "gate_reasons": ["a", "b"]}
    status["link"] = STATUS["link"] | {"failures": 3, "failure": "refused", "last_tick_age_s": None}
    shown = text(status)
    assert "link      ready, connection 2, no tick yet, 3 ms behind, 3 failed tries, the last: refused" in shown
    assert "gate      shut: a; b" in shown
    assert shown[-1] == "0.1.0+ab · 2 restarts · 5 log lines lost · 2024-03-20T16:00:07Z"


# live


class Ears:
    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, event: str, /, **fields: object) -> None:
        self.said.append(event)


@contextmanager
def terminal() -> Iterator[tuple[int, Console]]:
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    console = Console(slave)
    yield master, console
    console.close()
    os.close(master)
    os.close(slave)


def seen(master: int) -> str:
    parts = []
    try:
        while part := os.read(master, 65_536):
            parts.append(part)
    except BlockingIOError:
        pass
    return b"".join(parts).decode()


async def draw(live: LivePanel, seconds: float, status: dict[str, Any] = STATUS) -> None:
    with trio.move_on_after(seconds):
        await live.run(lambda: status, Ears())


@pytest.mark.trio
async def test_it_is_drawn_anew_in_its_place_and_the_cursor_comes_back(autojump_clock: object) -> None:
    with terminal() as (master, console):
        with LivePanel(console, width=100) as live:
            await draw(live, 2.5)
        shown = seen(master)
        assert shown.count("+0.1234") == 4  # three seconds, and the end
        assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1
        assert "\x1b[1A" in shown


def test_before_there_is_anything_to_show_it_says_what_it_waits_for() -> None:
    with terminal() as (master, console), LivePanel(console, width=100):
        assert "waiting for TWS" in seen(master)


@pytest.mark.trio
async def test_what_matters_stays_above_it_and_the_rest_is_quiet(autojump_clock: object) -> None:
    with terminal() as (master, console), LivePanel(console, width=100) as live:
        await draw(live, 0.5)
        live.say("INFO", "gate open")
        live.say("ERROR", "alert name=data_stalled")
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen(master))
        assert "alert name=data_stalled" in shown
        assert "gate open" not in shown


@pytest.mark.trio
async def test_a_terminal_that_was_stopped_costs_frames_alone(autojump_clock: object) -> None:
    with terminal() as (master, console):
        with LivePanel(console, width=100) as live:
            await draw(live, 200)
            assert console.is_behind
            live.say("ERROR", "alert name=data_stalled")
        assert console.lost == 0
        shown = ""
        while console.is_behind:
            shown += seen(master)
        shown += seen(master)
    assert shown.count("+0.1234") < 100
    assert "alert name=data_stalled" in shown
    assert shown.endswith(("\x1b[?25h", "\x1b[2K"))


@pytest.mark.trio
async def test_a_status_that_cannot_be_taken_ends_the_panel_and_no_more() -> None:
    ears = Ears()

    def fail() -> dict[str, Any]:
        raise ZeroDivisionError

    with terminal() as (_, console), LivePanel(console) as live:
        await live.run(fail, ears)
    assert ears.said == ["panel_failed"]
