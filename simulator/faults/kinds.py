"""Every kind of fault in one table: where it acts, how, and with which settings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulator.faults.arguments import Argument, Sort
from simulator.faults.broker_kinds import BROKER
from simulator.faults.kind import How, Kind
from simulator.faults.wire_kinds import WIRE

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({each.name: each for each in (*WIRE, *BROKER)})


def listing() -> str:
    """All kinds for a reader, one a line, settings below."""
    lines = []
    for kind in KINDS.values():
        lines.append(f"{kind.name:<18}{kind.side:<8}{kind.text}")
        lines += [f"{'':<26}{argument.name}={_default(argument)}: {_told(argument)}" for argument in kind.arguments]
    return "\n".join(lines)


def _told(argument: Argument) -> str:
    return f"{argument.text} ({', '.join(argument.choices)})" if argument.choices else argument.text


def _default(argument: Argument) -> str:
    if argument.default is None:
        return f"<{argument.sort.value}>"
    if argument.sort is Sort.SECONDS:
        return f"{argument.default:g}s"
    return str(argument.default).lower() if argument.sort is Sort.FLAG else f"{argument.default}"


__all__ = ["KINDS", "How", "Kind", "listing"]
