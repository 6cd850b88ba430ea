"""`bn replay`: a recorded live session through the same program, held against what it did."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from system.cli.config import ConfigFile, Overrides

COUNTED: Final = {"in": "inbound", "out": "outbound", "do": "commands", "wrote": "transactions"}


def replay(
    session: Annotated[
        list[Path],
        typer.Argument(
            metavar="SESSION...",
            help="Recordings of bn live --record-wire: files, or folders of them, such as .../wire.",
        ),
    ],
    config: ConfigFile = None,
    set_: Overrides = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Replay recorded sessions: "identical", or the first difference and exit status 1. No network, no account.

    They run with the configuration that they were recorded with; --config and --set change it.
    """
    from simulator.flight.replay import replay as played
    from simulator.flight.session import find
    from simulator.flight.start import start_of

    verdict = played(find(session), lambda run: start_of(run, config, set_ or ()))
    told = _document(verdict)
    typer.echo(json.dumps(told) if json_ else "\n".join(_lines(told)))
    return 1 if told["difference"] else 0


def _document(verdict: Any) -> dict[str, Any]:
    from system.wiring.version import version

    difference = verdict.difference
    return {
        "verdict": "different" if difference else "identical",
        "runs": [
            {
                "file": str(each.run.path),
                "recorded_by": each.run.head["version"],
                "frames": each.run.frames,
                "journal_events": each.run.events,
                "compared": each.compared,
                **{name: each.run.counts[kind] for kind, name in COUNTED.items()},
                "ended": None if each.run.end is None else each.run.end["text"] or "stopped",
            }
            for each in verdict.runs
        ],
        "replayed_by": version(),
        "notes": verdict.notes,
        "difference": {"file": str(verdict.runs[-1].run.path), **difference.document()} if difference else None,
    }


def _lines(told: dict[str, Any]) -> list[str]:
    """For a reader."""
    lines = []
    for run in told["runs"]:
        counts = ", ".join(f"{run[name]:,} {name}" for name in (*COUNTED.values(), "journal_events"))
        lines.append(f"{run['file']}: {run['frames']:,} frames: {counts.replace('_', ' ')}")
        if run["recorded_by"] != told["replayed_by"]:
            lines.append(f"  recorded by version {run['recorded_by']}, replayed by {told['replayed_by']}")
    lines += [f"note: {note}" for note in told["notes"]]
    difference = told["difference"]
    if not difference:
        return [*lines, "identical"]
    lines += ["different", *(f"  {line}" for line in difference["before"])]
    where = f"at frame {difference['frame']} of {Path(difference['file']).name}, {difference['at']} UTC"
    return [
        *lines,
        f"first difference: {difference['kind']} {where}",
        f"  session: {difference['session']}",
        f"  replay:  {difference['replay']}",
        *(f"  {line}" for line in difference["apart"]),
    ]
