"""Bugs of the shells, and of the gate that they ask."""

from dataclasses import replace
from typing import Any

from simulator.mutants.swap import Swap
from system.actors import order as order_actor
from system.actors import risk as risk_actor
from system.actors.order import OrderActor
from system.actors.risk import RiskActor
from system.domain import gate_log
from system.domain import order as order_brain
from system.domain.order_events import EntryEnded, Filled, Halt, Journal
from system.domain.risk import Counters, Risk


def hours_ignored() -> list[Swap]:
    """Entries are made at any time of the day."""
    return [Swap(Risk, "is_entry_time", lambda _risk, _ts_ns: True)]


def journal_after_send() -> list[Swap]:
    """Orders leave before they are on disk."""

    def act(actor: Any, before: Any, commands: Any, after: Any) -> None:
        for command in commands:
            if not isinstance(command, Journal | Filled | EntryEnded | Halt):
                actor._do(command)
        records = [*before, *(command for command in commands if isinstance(command, Journal)), *after]
        if records:
            actor._write(records)

    return [Swap(OrderActor, "_act", act)]


def cooldown_lost_on_restart() -> list[Swap]:
    """The last loss is forgotten when the program starts."""
    before = gate_log.restore

    def restore(risk: Risk, payload: Any) -> None:
        before(risk, payload)
        risk.counters = replace(risk.counters, lost_ns=None)

    return [Swap(gate_log, "restore", restore)]


def cooldown_ignored() -> list[Swap]:
    """There is no pause after a loss."""
    return _judged_with(lambda counters: replace(counters, lost_ns=None))


def losses_not_summed() -> list[Swap]:
    """The day's result does not count."""
    return _judged_with(lambda counters: replace(counters, net_cents=0, losses=0))


def entries_not_counted() -> list[Swap]:
    """Entries do not count."""
    return _judged_with(lambda counters: replace(counters, entries=0))


def _judged_with(forget: Any) -> list[Swap]:
    before = Risk._denial

    def denial(risk: Risk, signal: Any, counters: Counters) -> Any:
        return before(risk, signal, forget(counters))

    return [Swap(Risk, "_denial", denial)]


def reference_of_the_wrong_side() -> list[Swap]:
    """A buyer's prices rest on the bid, a seller's on the ask."""
    before = Risk.judge

    def judge(risk: Risk, signal: Any) -> Any:
        return before(risk, signal._replace(bid_ticks=signal.ask_ticks, ask_ticks=signal.bid_ticks))

    return [Swap(Risk, "judge", judge)]


def halt_ignored() -> list[Swap]:
    """A halt denies nothing."""
    before = order_brain.denial

    def denial(state: Any, event: Any, rules: Any) -> str:
        return before(replace(state, halted=""), event, rules)

    def shut_because(state: Any, now_ns: int) -> str:
        return shut(replace(state, halted=""), now_ns)

    def why_halted(actor: RiskActor) -> str:
        kept, actor.halted = actor.halted, ""
        try:
            return asked(actor)
        finally:
            actor.halted = kept

    asked, shut = RiskActor.why_halted, order_brain.shut_because
    return [
        Swap(order_actor, "shut_because", shut_because),
        Swap(order_brain, "denial", denial),
        Swap(risk_actor.RiskActor, "why_halted", why_halted),
    ]
