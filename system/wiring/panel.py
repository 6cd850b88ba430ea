"""How things stand, for people: one panel, once for `bn status`, or live and in place for `bn live` on a terminal."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final, cast

import trio
from rich.console import Console as RichConsole
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from system.actors.ports import Log
from system.wiring.console import Console

EVERY_S: Final = 1.0
GOOD: Final = "green"
BAD: Final = "bold red"
DULL: Final = "dim"
OVER: Final = ("filled", "canceled", "rejected")

Document = Mapping[str, Any]  # of a Status


def panel(status: Document) -> Panel:
    """A status as a panel."""
    run, link = status["run"], status["link"]
    table = Table.grid(padding=(0, 2))
    table.add_column(style=DULL)
    table.add_column(overflow="fold")
    for name, text, style in _rows(status):
        table.add_row(name, Text(text, style=style))
    title = " · ".join(filter(None, ["bn live", run["account"], run["mode"], "" if link else "not running"]))
    below = [run["version"], f"{run['restarts']} restarts" if run["restarts"] else ""]
    lost = f"{run['lost_log_lines']} log lines lost" if run["lost_log_lines"] else ""
    return Panel(
        table,
        title=Text(title),
        subtitle=Text(" · ".join(filter(None, [*below, lost, status["taken_utc"][:19] + "Z"])), style=DULL),
        title_align="left",
        subtitle_align="left",
    )


def _rows(status: Document) -> Iterator[tuple[str, str, str]]:
    run, link, reasons = status["run"], status["link"], status["gate_reasons"]
    if link:
        yield "link", _link(link), GOOD if link["phase"] == "ready" else BAD
    else:
        yield "last run", run["how"], ""
    roll = f", rolls {status['next_roll']}" if status["next_roll"] else ""
    yield "session", f"{status['session']}, contract {status['contract'] or 'not known'}{roll}", ""
    if status["score"] is not None:
        yield "score", f"{status['score']:+.4f}", ""
    yield (
        "position",
        status["words"],
        BAD if link and status["position_contracts"] and not status["is_protected"] else "",
    )
    yield (
        "result",
        f"open {_usd(status['open_usd'])}, session {_usd(status['day_usd'])}, {status['entries']} entries",
        "",
    )
    for number, order in enumerate(status["orders"]):
        yield "" if number else "orders", _order(order), DULL if order["state"] in OVER else ""
    if status["halted"]:
        yield "halted", status["halted"], BAD
    if reasons is not None:
        yield "gate", "open" if not reasons else f"shut: {'; '.join(reasons)}", "" if reasons else GOOD


def _link(link: Document) -> str:
    age_s = link["last_tick_age_s"]
    tick = "no tick yet" if age_s is None else f"last tick {age_s:.1f} s ago"
    failures = f", {link['failures']} failed tries, the last: {link['failure']}" if link["failures"] else ""
    return f"{link['phase']}, connection {link['generation']}, {tick}, {link['lag_ms']} ms behind{failures}"


def _order(order: Document) -> str:
    price = "market" if order["price"] is None else f"{order['price']:.2f}"
    filled = f", {order['filled']} filled" if order["filled"] else ""
    side = f"{order['side']} {order['contracts']} at {price}"
    return f"{order['order_id']} {order['role']}: {side}, {order['state']}{filled}"


def _usd(amount: float | None) -> str:
    return "not known" if amount is None else f"{amount:+,.2f} USD"


class LivePanel:
    """A panel that is drawn anew in its place, and under lines that matter. Never waits for its terminal."""

    def __init__(self, console: Console, *, width: int | None = None) -> None:
        self._console = console
        self._rich = RichConsole(file=cast(IO[str], _Stream(console)), force_terminal=True, width=width)
        # no thread of rich's own; and standard output is not ours to take
        self._live = Live(
            Text("bn live: waiting for TWS", style=DULL),
            console=self._rich,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
        )

    def __enter__(self) -> "LivePanel":
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, level: str, line: str) -> None:
        """Show a warning or an error above the panel, where it stays."""
        if level != "INFO":
            self._rich.print(Text(line, style=BAD if level == "ERROR" else "yellow"), soft_wrap=True)

    async def run(self, look: Callable[[], Document], log: Log) -> None:
        """Draw once a second where the terminal keeps up; a failure ends this, and nothing else."""
        while True:
            try:
                if not self._console.is_behind:
                    self._live.update(panel(look()), refresh=True)
            except Exception as error:  # noqa: BLE001 - what is drawn decides nothing
                log("panel_failed", exc=error)
                return
            await trio.sleep(EVERY_S)


class _Stream(io.TextIOBase):
    """A text file over a Console; rich writes a frame at once, so that it is shown whole or not at all."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str, /) -> int:
        self._console.write(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._console.is_terminal
