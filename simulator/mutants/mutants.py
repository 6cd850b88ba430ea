"""The planted bugs by name: what each does wrong, and which invariant is to find it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.mutants import of_actors, of_broker, of_link, of_orders
from simulator.mutants.swap import Swap


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`plant` names what is put in place of what. `finds`: the invariant, or the few of which one is broken first."""

    text: str
    finds: tuple[str, ...]
    plant: Callable[[], list[Swap]]


def _mutant(plant: Callable[[], list[Swap]], *finds: str) -> Mutant:
    assert plant.__doc__ is not None
    return Mutant(text=plant.__doc__, finds=finds, plant=plant)


MUTANTS: Final[Mapping[str, Mutant]] = MappingProxyType(
    {
        "double_size": _mutant(of_broker.double_size, "S01"),
        "unknown_is_dead": _mutant(of_orders.unknown_is_dead, "S02", "S04", "S12"),
        "hours_ignored": _mutant(of_actors.hours_ignored, "S03"),
        "close_outside_group": _mutant(of_orders.close_outside_group, "S04"),
        "journal_after_send": _mutant(of_actors.journal_after_send, "S05"),
        "state_without_record": _mutant(of_orders.state_without_record, "S06"),
        "cooldown_lost_on_restart": _mutant(of_actors.cooldown_lost_on_restart, "S06", "S09"),
        "position_not_compared": _mutant(of_orders.position_not_compared, "S07"),
        "fill_counted_twice": _mutant(of_orders.fill_counted_twice, "S08"),
        "executions_not_taken": _mutant(of_orders.executions_not_taken, "S08", "S18"),
        "correction_counted_again": _mutant(of_orders.correction_counted_again, "S08"),
        "cooldown_ignored": _mutant(of_actors.cooldown_ignored, "S09"),
        "entries_not_counted": _mutant(of_actors.entries_not_counted, "S09"),
        "losses_not_summed": _mutant(of_actors.losses_not_summed, "S09"),
        "id_reuse_after_rollback": _mutant(of_orders.id_reuse_after_rollback, "S10"),
        "reference_of_the_wrong_side": _mutant(of_actors.reference_of_the_wrong_side, "S11"),
        "resend_on_timeout": _mutant(of_orders.resend_on_timeout, "S12"),
        "empty_taken_for_flat": _mutant(of_orders.empty_taken_for_flat, "S12"),
        "foreign_order_canceled": _mutant(of_orders.foreign_order_canceled, "S13"),
        "price_off_the_grid": _mutant(of_broker.price_off_the_grid, "S14"),
        "questions_without_end": _mutant(of_orders.questions_without_end, "S15"),
        "halt_left_by_reconnecting": _mutant(of_orders.halt_left_by_reconnecting, "S16"),
        "halt_ignored": _mutant(of_actors.halt_ignored, "S16"),
        "tasks_leak": _mutant(of_broker.tasks_leak, "S17"),
        "wrong_sign_kept": _mutant(of_orders.wrong_sign_kept, "S18"),
        "foreign_position_closed": _mutant(of_orders.foreign_position_closed, "S19"),
        "stop_not_verified": _mutant(of_orders.stop_not_verified, "L01"),
        "bare_and_silent": _mutant(of_orders.bare_and_silent, "L02"),
        "no_heartbeat": _mutant(of_link.no_heartbeat, "L03"),
        "stall_unnoticed": _mutant(of_link.stall_unnoticed, "L03", "S03"),
        "never_dials_again": _mutant(of_link.never_dials_again, "L04", "L08"),
        "gives_up_silently": _mutant(of_link.gives_up_silently, "L05"),
        "tries_without_end": _mutant(of_link.tries_without_end, "L05"),
        "tries_reset_too_early": _mutant(of_link.tries_reset_too_early, "L05"),
        "silent_pending": _mutant(of_orders.silent_pending, "L06"),
        "unknown_for_ever": _mutant(of_orders.unknown_for_ever, "L04", "L06", "L08"),
        "alert_says_nothing": _mutant(of_orders.alert_says_nothing, "L07"),
    }
)


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Within it, the bug is there."""
    swaps = MUTANTS[name].plant()
    before = [(swap.owner, swap.name, swap.owner.__dict__[swap.name]) for swap in swaps]
    try:
        for swap in swaps:
            setattr(swap.owner, swap.name, swap.new)
        yield
    finally:
        for owner, attribute, old in reversed(before):
            setattr(owner, attribute, old)
