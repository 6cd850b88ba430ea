"""A comparison for a person: one table, and a line for each signal that only one of them has or judges otherwise."""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from simulator.report.new_york import clock

LINES_MAX: Final = 20  # of each kind; the rest is counted


def show(said: dict[str, Any], console: Console) -> None:
    """Print the document of a comparison."""
    console.print(
        f"{said['day']}: {said['journal']} against {', '.join(said['tapes'])}", highlight=False, soft_wrap=True
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in ("live", "replay", "live - replay"):
        table.add_column(name, justify="right")
    for label, live, sim, places in _rows(said):
        difference = f"{live - sim:+,.{places}f}" if live is not None and sim is not None else ""
        table.add_row(label, _number(live, places), _number(sim, places), difference)
    console.print(table)
    for line in _lines(said):
        console.print(line, highlight=False, soft_wrap=True)


def _rows(said: dict[str, Any]) -> Iterator[tuple[str, float | None, float | None, int]]:
    live, sim, signals = said["live"], said["sim"], said["signals"]
    yield "signals", signals["live"], signals["sim"], 0
    yield "round trips", live["round_trips"], sim["round_trips"], 0
    yield "net, $", live["net_usd"], sim["net_usd"], 2
    yield "entry slippage, ticks", live["entry_slippage_ticks"], sim["entry_slippage_ticks"], 2
    yield "exit slippage, ticks", live["exit_slippage_ticks"], sim["exit_slippage_ticks"], 2
    for name in ("mean", "max"):
        latencies = [each["latency_ms"] and each["latency_ms"][name] for each in (live, sim)]
        yield f"signal to fill, ms, {name}", latencies[0], latencies[1], 1


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:,.{places}f}"


def _lines(said: dict[str, Any]) -> Iterator[str]:
    signals, fees = said["signals"], said["fees"]
    yield f"{signals['matched']} signals are the same"
    yield from _some("missed live", [f"{_when(one)}, {one['outcome']} in the replay" for one in signals["missed"]])
    yield from _some("extra live", [f"{_when(one)}, {one['outcome']} live" for one in signals["extra"]])
    differ = [f"{_when(one)}: {one['live']} live, {one['sim']} in the replay" for one in signals["outcomes_differ"]]
    yield from _some("judged otherwise", differ)
    alone = [f"{pair['side']}, only {'live' if pair['live'] else 'in the replay'}" for pair in _alone(said)]
    yield from _some("traded by one only", alone)
    if fees["executions"]:
        told = f"{fees['reported_usd']:.2f} USD told for {fees['reported']} of {fees['executions']} executions"
        yield f"commissions: {fees['configured_usd']:.2f} USD as set, {told}"


def _alone(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [pair for pair in said["round_trips"] if not (pair["live"] and pair["sim"])]


def _when(one: dict[str, Any]) -> str:
    return f"{clock(one['ts_ns'], '%H:%M:%S')} {one['direction']}"


def _some(what: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{what}: {len(lines)}"
        yield from (f"  {line}" for line in lines[:LINES_MAX])
        if len(lines) > LINES_MAX:
            yield f"  and {len(lines) - LINES_MAX} more"
