"""`bn sim`: replay tapes, or synthetic sessions without one."""

import gc
import json
import os
import signal
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from system.cli.config import ConfigFile, Overrides
from system.cli.make_tape import FlowFile, Preset
from system.domain.errors import InputError

if TYPE_CHECKING:
    from rich.progress import Progress

    from simulator.fidelity.run import LiveReplay
    from simulator.replay.run import Replay, Source
    from system.config import Config

SHOW_PROGRESS_AFTER_S = 2.0
SESSIONS_MAX = 4_000  # to the end of the calendar


def sim(
    tapes: Annotated[
        list[Path] | None, typer.Argument(metavar="[TAPE...]", help="Tapes, in the order of time.")
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option("--profile", metavar="P", help="final, adaptive, legacy or your own; repeatable."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the synthetic sessions [1].")] = None,
    sessions: Annotated[
        int | None, typer.Option(min=1, max=SESSIONS_MAX, help="How many synthetic sessions [1].")
    ] = None,
    preset: Preset = None,
    flow: FlowFile = None,
    config: ConfigFile = None,
    set_: Overrides = None,
    fidelity: Annotated[
        Literal["core", "actors", "wire"],
        typer.Option(help="The decisions alone, the live system, or that over TWS's wire: the same result."),
    ] = "core",
    report: Annotated[Path | None, typer.Option(metavar="F.html", help="Write a page with charts.")] = None,
    blotter: Annotated[
        Path | None, typer.Option(metavar="F", help="Write round trips: .csv, .parquet, .jsonl.")
    ] = None,
    signals: Annotated[Path | None, typer.Option(metavar="F", help="Write signals: .csv, .parquet, .jsonl.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Replay tapes through the method, or synthetic sessions without one; all built-in profiles side by side."""
    gc.disable()  # importing leaves no garbage, and looking for it takes a tenth of the start
    from simulator.flow.load import load_flow
    from simulator.replay import run
    from simulator.report.table_file import check_suffix
    from system.config import load_config
    from system.domain.kernels import is_cold
    from system.domain.profile import PROFILES
    from system.storage.atomic_file import check_outputs

    gc.enable()
    settings = load_config(config, set_ or (), os.environ)
    for path in (blotter, signals):
        if path is not None:
            check_suffix(path)
    outputs = [path for path in (report, blotter, signals) if path is not None]
    check_outputs(outputs, [*(tapes or ()), *(path for path in (config, flow) if path)])
    chosen = profile or ([settings.profile] if "profile" in settings.model_fields_set else list(PROFILES))
    market = " over ".join(each for each in (str(flow or ""), preset or "") if each) or "normal"
    synthetic = {"flow": flow, "preset": preset, "seed": seed, "sessions": sessions}
    if tapes and (given := next((name for name, value in synthetic.items() if value is not None), None)):
        raise InputError(f"--{given}: expected without tapes: it is about the synthetic sessions")
    first = 1 if seed is None else seed
    source = run.tapes(tapes) if tapes else run.synthetic(first, sessions or 1, load_flow(flow, preset), market)
    replay = _replay(fidelity, source, settings, list(dict.fromkeys(chosen)), with_curves=report is not None)
    if is_cold():
        sys.stderr.write("bn: compiling for this machine, once: this takes some seconds\n")
    _run(replay, source.events)
    _show(replay, report, blotter, signals, as_json=json_)
    return 0 if replay.summary.complete else 130


def _replay(
    fidelity: Literal["core", "actors", "wire"],
    source: "Source",
    settings: "Config",
    profiles: list[str],
    *,
    with_curves: bool,
) -> "Replay | LiveReplay":
    if fidelity == "core":
        from simulator.replay.run import Replay

        return Replay(source, settings, profiles, with_curves=with_curves)
    from simulator.fidelity.run import LiveReplay

    return LiveReplay(source, settings, profiles, with_curves=with_curves, fidelity=fidelity)


def _run(replay: "Replay | LiveReplay", total: int | None) -> None:
    """Take all batches; Ctrl-C ends after the one in hand, with what is known so far."""

    def stop(*_: object) -> None:
        replay.summary.complete = False
        signal.signal(signal.SIGINT, before)  # a second one ends at once

    before = signal.signal(signal.SIGINT, stop)
    began, bar = monotonic(), None
    try:
        while replay.summary.complete and replay.step():
            if bar is None and sys.stderr.isatty() and monotonic() - began > SHOW_PROGRESS_AFTER_S:
                bar = _progress_bar(total)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=replay.summary.events)
    finally:
        signal.signal(signal.SIGINT, before)
        if bar is not None:
            bar.stop()


def _progress_bar(total: int | None) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.completed:,.0f} events"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("replay", total=total)
    bar.start()
    return bar


def _show(
    replay: "Replay | LiveReplay", report: Path | None, blotter: Path | None, signals: Path | None, *, as_json: bool
) -> None:
    """Write the files that were asked for, then print."""
    results = replay.results()
    tape = replay.summary
    if blotter is not None:
        from simulator.report.blotter import write_blotter

        write_blotter(blotter, results)
    if signals is not None:
        from simulator.report.signals import write_signals

        write_signals(signals, results)
    if report is not None:
        from simulator.report.page import write_report

        write_report(report, tape, results)
    if as_json:
        from simulator.report.document import document

        typer.echo(json.dumps(document(tape, results, replay.load_s)))
    else:
        from rich.console import Console

        from simulator.report.summary import summary

        summary(tape, results, Console())
