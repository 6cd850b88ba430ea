"""`bn compare`: a live day against the replay of its own tape."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from system.cli.account import AccountName, JournalFile, journal_of
from system.cli.blotter import session_day
from system.cli.config import ConfigFile, Overrides


def compare(
    day: Annotated[str, typer.Argument(metavar="YYYY-MM-DD", help="The session, named by Chicago's date.")],
    tape: Annotated[
        list[Path] | None,
        typer.Option("--tape", metavar="F", help="Its tapes, in the order of time [those beside the journal]."),
    ] = None,
    journal: JournalFile = None,
    account: AccountName = "",
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """What was decided and filled live, against `bn sim` on the recorded tape, with the configuration given here."""
    from simulator.comparison.compare import compare as compared
    from simulator.comparison.document import document
    from simulator.comparison.tapes import check_day, tapes_of_day
    from simulator.replay import run
    from system.config import load_config
    from system.domain.session import Calendar
    from system.storage.journal import read_journal
    from system.wiring.live_day import LiveReader

    loaded, wanted = load_config(config, set_ or (), os.environ), session_day(day, "day")
    path = journal_of(loaded, account, journal)
    live = LiveReader(loaded.settings(), wanted).read(read_journal(path))
    calendar = Calendar(loaded.closures)
    tapes = tape or tapes_of_day(path.parent / "tapes", wanted, calendar)
    check_day(tapes, wanted, calendar)
    replay = run.Replay(run.tapes(tapes), loaded, [loaded.profile], with_curves=False)
    while replay.step():
        pass
    (sim,) = replay.results()
    said = document(compared(live, sim, wanted), live, sim.settings.instrument, day=wanted, journal=path, tapes=tapes)
    if json_:
        typer.echo(json.dumps(said))
    else:
        from rich.console import Console

        from simulator.comparison.table import show

        show(said, Console())
    return 0
