"""Every kind of fault in one table: where it acts, how, and with which settings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulator.faults.arguments import Argument, Sort
from simulator.faults.broker_kinds import BROKER
from simulator.faults.kind import How, Kind


def _after(default: str = "late") -> Argument:
    return Argument(
        name="then",
        sort=Sort.CHOICE,
        default=default,
        choices=("late", "lost", "reset"),
        text="at the end what was held comes late, is lost, or the connection is reset",
    )


_BY: Final = Argument(name="by", sort=Sort.SECONDS, default=1.0, lowest=0.001, highest=1800.0, text="how late")

_WIRE: Final = (
    Kind(
        name="delay",
        side="wire",
        how=How.SPAN,
        text="what TWS says comes late",
        arguments=(_BY,),
    ),
    Kind(
        name="mute_out",
        side="wire",
        how=How.SPAN,
        text="what TWS says does not reach the client; what the client says is heard",
        arguments=(_after(),),
    ),
    Kind(
        name="mute_in",
        side="wire",
        how=How.SPAN,
        text="what the client says does not reach TWS; what TWS says is heard",
        arguments=(_after(),),
    ),
    Kind(
        name="half_open",
        side="wire",
        how=How.SPAN,
        text="the connection stands and nothing passes, either way; new ones are taken and get no greeting",
        arguments=(_after(),),
    ),
    Kind(name="reset", side="wire", how=How.INSTANT, text="the connection is reset (RST)"),
    Kind(name="hang_up", side="wire", how=How.INSTANT, text="TWS closes the connection (FIN)"),
    Kind(
        name="reset_mid_frame",
        side="wire",
        how=How.NOTICE,
        text="half of a message, then a reset (RST)",
    ),
    Kind(
        name="truncate",
        side="wire",
        how=How.NOTICE,
        text="a message loses its last bytes and the stream goes on, so that all later ones are misframed",
        arguments=(
            Argument(
                name="bytes", sort=Sort.WHOLE, default=3, lowest=1, highest=65_536, text="how many, at most its body"
            ),
        ),
    ),
    Kind(
        name="oversize",
        side="wire",
        how=How.NOTICE,
        text="a message announces another length than it has",
        arguments=(
            Argument(
                name="length",
                sort=Sort.WHOLE,
                default=2**31 - 1,
                lowest=-(2**31),
                highest=2**31 - 1,
                text="what is announced",
            ),
        ),
    ),
    Kind(
        name="garbage",
        side="wire",
        how=How.NOTICE,
        text="ahead of a message comes a frame of random bytes",
        arguments=(Argument(name="bytes", sort=Sort.WHOLE, default=40, lowest=1, highest=65_536, text="how many"),),
    ),
    Kind(
        name="unknown_message",
        side="wire",
        how=How.NOTICE,
        text="ahead of a message comes one with an id that no client knows",
        arguments=(Argument(name="id", sort=Sort.WHOLE, default=9999, lowest=1, highest=10**9, text="that id"),),
    ),
    Kind(name="duplicate", side="wire", how=How.NOTICE, text="a message comes twice"),
    Kind(name="drop", side="wire", how=How.NOTICE, text="a message does not come: an answer, a tick, an End marker"),
    Kind(
        name="reorder",
        side="wire",
        how=How.NOTICE,
        text="a message comes after the next one of another type",
        arguments=(
            Argument(
                name="within",
                sort=Sort.SECONDS,
                default=1.0,
                lowest=0.001,
                highest=1800.0,
                text="how long to wait for that one",
            ),
        ),
    ),
    Kind(
        name="split",
        side="wire",
        how=How.SPAN,
        text="what TWS says comes in crumbs, each sent by itself",
        arguments=(Argument(name="bytes", sort=Sort.WHOLE, default=1, lowest=1, highest=65_536, text="of a crumb"),),
    ),
    Kind(
        name="coalesce",
        side="wire",
        how=How.SPAN,
        text="what TWS says is saved up and comes in one piece",
        arguments=(
            Argument(
                name="every", sort=Sort.SECONDS, default=0.5, lowest=0.001, highest=1800.0, text="how often it comes"
            ),
        ),
    ),
    Kind(
        name="slow",
        side="wire",
        how=How.SPAN,
        text="what TWS says trickles",
        arguments=(
            Argument(name="rate", sort=Sort.WHOLE, default=1000, lowest=1, highest=10**9, text="bytes a second"),
        ),
    ),
    Kind(
        name="refuse_326",
        side="wire",
        how=How.SPAN,
        text="a client that comes is told that its id is in use",
        arguments=(Argument(name="silent", sort=Sort.FLAG, default=False, text="closed without the word 326"),),
    ),
    Kind(
        name="stall_handshake",
        side="wire",
        how=How.SPAN,
        text="a connection is taken and its greeting never comes",
        before_start=True,
    ),
    Kind(
        name="version",
        side="wire",
        how=How.SPAN,
        text="TWS greets with another version of the protocol",
        before_start=True,
        arguments=(
            Argument(
                name="version", sort=Sort.WHOLE, lowest=1, highest=9999, text="that version; 151 to 178 are also spoken"
            ),
        ),
    ),
    Kind(
        name="rate",
        side="wire",
        how=How.REQUEST,
        text="a message is refused with error 100 (more than 50 a second) and the connection is closed",
        arguments=(Argument(name="close", sort=Sort.FLAG, default=True, text="whether it is closed"),),
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in (*_WIRE, *BROKER)})


def listing() -> str:
    """All kinds for a reader, one a line, settings below."""
    lines = []
    for kind in KINDS.values():
        lines.append(f"{kind.name:<18}{kind.side:<8}{kind.text}")
        lines += [f"{'':<26}{argument.name}={_default(argument)}: {argument.text}" for argument in kind.arguments]
    return "\n".join(lines)


def _default(argument: Argument) -> str:
    if argument.default is None:
        return f"<{argument.sort.value}>"
    if argument.sort is Sort.SECONDS:
        return f"{argument.default:g}s"
    return str(argument.default).lower() if argument.sort is Sort.FLAG else f"{argument.default}"


__all__ = ["KINDS", "How", "Kind", "listing"]
