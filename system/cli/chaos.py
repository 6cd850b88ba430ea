"""`bn chaos`: the live system against the mock TWS, broken on purpose, a function of a seed."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from system.domain.errors import InputError

if TYPE_CHECKING:
    from simulator.chaos.campaign import Campaign
    from simulator.chaos.plan import Plan

WORKERS_MAX: Final = 64
MINUTES_MAX: Final = 24 * 60
DECISIONS_SHOWN: Final = 25


def chaos(
    seeds: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    first: Annotated[int, typer.Option(min=0, metavar="S", help="The first of them.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=WORKERS_MAX, help="Processes.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, metavar="S", help="This one alone.")] = None,
    plan: Annotated[Path | None, typer.Option(metavar="F", help="A plan, such as a failure has written.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="With --seed or --plan: what happens, line by line.")] = False,
    minutes: Annotated[int, typer.Option(min=5, max=MINUTES_MAX, help="Of the market, a seed.")] = 120,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="With --seed or --plan: recordings for bn replay, one a life.")
    ] = None,
    mutant: Annotated[str, typer.Option(metavar="M", help="Plant a bug; `list` names them.")] = "",
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Break the live system in every way there is; exit status 1 if anything does not hold. Failures are shrunk."""
    import trio

    from simulator.chaos.campaign import campaign
    from simulator.chaos.plan import load_chaos
    from simulator.chaos.swarm import drawn
    from simulator.mutants.mutants import MUTANTS

    if mutant == "list":
        typer.echo("\n".join(f"{name:<28}{' '.join(each.finds):<16}{each.text}" for name, each in MUTANTS.items()))
        return 0
    if mutant and mutant not in MUTANTS:
        raise InputError(f"--mutant {mutant!r}: expected one of {', '.join(MUTANTS)}")
    if plan is not None or seed is not None:
        if plan is not None and seed is not None:
            raise InputError("--seed: expected without --plan, which has its own")
        one = load_chaos(plan) if plan is not None else drawn(seed or 0, minutes)
        return _run_one(one, mutant, trace=trace, save=save, as_json=json_)
    if trace or save is not None:
        raise InputError(f"{'--trace' if trace else '--save'}: expected with --seed or --plan")
    result = trio.run(_campaign_of(campaign, range(first, first + seeds), minutes, workers, mutant))
    if json_:
        typer.echo(json.dumps(result.as_json(), indent=2))
    else:
        typer.echo(_figures(result))
    for failure in result.failures:
        _tell_failure(failure)
    return 1 if result.failures or result.blind else 0


def _campaign_of(campaign: Any, seeds: range, minutes: int, workers: int, mutant: str) -> Any:
    async def main() -> "Campaign":
        def tell(so_far: "Campaign", answer: dict[str, Any]) -> None:
            verdict = answer["broken"] or "ok"
            rate = so_far.seeds / so_far.elapsed_s * 3600
            sys.stderr.write(f"bn: {so_far.seeds}/{len(seeds)} seed {answer['seed']}: {verdict} ({rate:.0f} an hour)\n")

        found: Campaign = await campaign(seeds, minutes, workers, mutant=mutant, tell=tell)
        return found

    return main


def _run_one(plan: "Plan", mutant: str, *, trace: bool, save: Path | None, as_json: bool) -> int:
    from contextlib import nullcontext

    from simulator.chaos.plan import write_chaos
    from simulator.chaos.run import run
    from simulator.chaos.saved import folder_for
    from simulator.mutants.mutants import planted

    with planted(mutant) if mutant else nullcontext():
        result = run(plan, trace=sys.stderr if trace else None, save=folder_for(save) if save else None)
    told = result.as_json()
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    else:
        typer.echo("\n".join(f"{name:<14}{_shown(value)}" for name, value in told.items()))
    if not result.broken:
        return 0
    _tell_failure({**told, "plan": write_chaos(plan), "decisions": result.decisions})
    return 1


def _shown(value: object) -> str:
    return ", ".join(f"{name} {count}" for name, count in value.items()) if isinstance(value, dict) else str(value)


def _tell_failure(failure: Mapping[str, Any]) -> None:
    """To standard error, with the plan that replays it in a file."""
    path = Path(f"chaos-{failure['seed']}.toml")
    lines = [
        f"bn: seed {failure['seed']} broke {failure['broken']} after {failure['at_s']:.1f} s: {failure['told']}",
        *(f"    {line}" for line in failure["decisions"][-DECISIONS_SHOWN:]),
    ]
    try:
        path.write_text(failure["plan"], encoding="utf-8")
        lines.append(f"bn: written to {path}; replay it with: bn chaos --plan {path} --trace")
    except OSError as wrong:
        lines.append(f"bn: {path}: cannot be written: {wrong.strerror}")
    sys.stderr.write("\n".join(lines) + "\n")


def _figures(result: "Campaign") -> str:
    """For a reader."""
    told = result.as_json()
    lines = [
        f"{told['seeds']} seeds, {told['virtual_hours']:,} virtual hours in {told['elapsed_s']:,} s: "
        f"{told['seeds_per_hour']:,} seeds an hour",
        f"{told['cpu_s']:,} s of CPU: {told['us_per_event']} us an event",
        f"{told['events']:,} events, {told['orders']:,} orders, {told['lives']:,} lives of the program",
        "dealt (and took effect):",
        *(f"  {kind:<20}{count:>6} ({result.took_effect[kind]})" for kind, count in told["dealt"].items()),
        "seen:",
        *(f"  {what:<52}{count:>6}" for what, count in told["seen"].items()),
    ]
    lines += [f"blind: {what}" for what in told["blind"]]
    verdict = f"{len(result.failures)} failures" if result.failures else "all invariants held"
    return "\n".join([*lines, verdict])
