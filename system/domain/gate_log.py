"""The risk gate as the journal keeps it: a snapshot after each change, flat, of integers and strings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from system.domain.bracket import Phase
from system.domain.position import Position
from system.domain.risk import Counters, Risk

KIND = "gate"


def snapshot(risk: Risk) -> dict[str, int | str]:
    """All that the gate's next decision depends on."""
    counters, position = risk.counters, risk.position
    return {
        "day": str(counters.day or ""),
        "net_cents": counters.net_cents,
        "losses": counters.losses,
        "entries": counters.entries,
        "lost_ns": -1 if counters.lost_ns is None else counters.lost_ns,
        "phase": risk.phase.value,
        "flatten_due_ns": risk.flatten_due_ns,
        "side": position.side,
        "entered": position.entered,
        "entry_value": position.entry_value,
        "entry_ts_ns": position.entry_ts_ns,
        "exited": position.exited,
        "exit_value": position.exit_value,
    }


def restore(risk: Risk, payload: Mapping[str, Any]) -> None:
    """Let a gate go on where a snapshot was taken."""
    fields = dict(payload)
    day, lost_ns = fields.pop("day"), fields.pop("lost_ns")
    risk.counters = Counters(
        day=date.fromisoformat(day) if day else None,
        lost_ns=None if lost_ns < 0 else lost_ns,
        **{name: fields.pop(name) for name in ("net_cents", "losses", "entries")},
    )
    risk.phase = Phase(fields.pop("phase"))
    risk.flatten_due_ns = fields.pop("flatten_due_ns")
    risk.position = Position(**fields)
