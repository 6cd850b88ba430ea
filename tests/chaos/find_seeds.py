"""Looks for the seeds of tests/chaos/test_mutants.py anew: `python -m tests.chaos.find_seeds [MUTANT...]`.

Of the first two hundred seeds the one that finds a planted bug soonest, by the invariant that is meant to find it. Those
whose plans deal most of what the bug shows under are tried first.
"""

import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from simulator.chaos.plan import Plan
from simulator.chaos.run import run
from simulator.mutants.mutants import MUTANTS, planted
from tests.chaos.test_mutants import plan_of

SEEDS: Final = 200
ENOUGH: Final = 3  # that find it, of which the soonest is taken
SOON_S: Final = 45.0  # of virtual time: one is enough
PATIENCE_S: Final = 60.0  # once one is found

REFUSED: Final = ("reject", "inactive", "preset", "unasked_cancel", "late_reject", "error")
LOST: Final = ("reset", "hang_up", "restart", "refuse_326", "version", "garbage")
SHOWS_UNDER: Final = {
    "unknown_is_dead": ("ack_lost", "error", "ack_late", "swallow"),
    "cooldown_lost_on_restart": ("kill", "interrupt", "power", "reconfigure"),
    "position_not_compared": ("manual_trade", "liquidation"),
    "executions_not_taken": ("reset", "hang_up", "half_open", "drop", "mute_in", "kill"),
    "fill_counted_twice": ("duplicate", "reset", "hang_up"),
    "correction_counted_again": ("correction",),
    "id_reuse_after_rollback": ("ids_back", "restart"),
    "resend_on_timeout": ("ack_late", "ack_lost", "swallow"),
    "empty_taken_for_flat": ("drop", "slow", "delay"),
    "foreign_order_canceled": ("foreign_order",),
    "halt_left_by_reconnecting": ("operator", "reset"),
    "halt_ignored": ("operator",),
    "tasks_leak": LOST,
    "wrong_sign_kept": ("bust", "correction", "manual_trade", "cancel_fill_race"),
    "foreign_position_closed": ("manual_trade",),
    "stop_not_verified": REFUSED,
    "bare_and_silent": REFUSED,
    "no_heartbeat": ("half_open", "mute_in", "mute_out"),
    "stall_unnoticed": ("stall", "drop", "2103", "entitlement"),
    "never_dials_again": LOST,
    "gives_up_silently": LOST,
    "tries_without_end": LOST,
    "tries_reset_too_early": LOST,
    "silent_pending": ("ack_lost", "swallow", "drop"),
    "unknown_for_ever": ("swallow", "drop", "ack_lost"),
    "alert_says_nothing": (*REFUSED, "foreign_order", "manual_trade"),
}


def likely(name: str) -> Iterator[Plan]:
    """The plans of all seeds, the likeliest first."""
    plans = [plan_of(name, seed) for seed in range(1, SEEDS + 1)]
    kinds = SHOWS_UNDER.get(name, ())

    def share(plan: Plan) -> float:
        return sum(wrong.kind in kinds for wrong in plan.wrongs) / (10 + len(plan.wrongs))

    yield from sorted(plans, key=lambda plan: (-share(plan), len(plan.wrongs)))


def soonest(name: str) -> str:
    """The seed, at which virtual second it finds the bug, how many were tried, and what broke instead."""
    found: list[tuple[float, int]] = []
    others: list[str] = []
    began, tried = perf_counter(), 0
    for plan in likely(name):
        tried += 1
        with planted(name):
            result = run(plan)
        if result.broken in MUTANTS[name].finds:
            found.append((result.at_s, plan.seed))
        elif result.broken:
            others.append(f"{plan.seed} {result.broken}")
        is_late = perf_counter() - began > PATIENCE_S
        if len(found) >= ENOUGH or (found and (is_late or min(found)[0] < SOON_S)):
            break
    at_s, seed = min(found, default=(0.0, 0))
    return f"{seed},  # at {at_s:.0f} s, {tried} tried, others {others[:5]}"


def main() -> None:
    """A line a mutant."""
    for name in sys.argv[1:] or MUTANTS:
        sys.stdout.write(f'    "{name}": {soonest(name)}\n')
        sys.stdout.flush()


if __name__ == "__main__":
    main()
