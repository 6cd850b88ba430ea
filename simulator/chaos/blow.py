"""What can happen to the program itself and to the machine under it: kinds of blows, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from simulator.faults.arguments import Argument, Sort, Value, quoted
from simulator.faults.kind import choice, time, whole
from system.domain.errors import InputError

ACTORS: Final = ("order", "risk", "watchdog", "market data", "confluence")
STEPS: Final = ("now", "write", "commit", "send", "sent")
_STEPS: Final = whole("steps", "the how many-th such step from then on", 1, 1, 100_000)
_AT: Final = Argument(name="at", sort=Sort.SECONDS, text="after the start")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlowKind:
    """One kind."""

    name: str
    text: str
    arguments: tuple[Argument, ...] = ()

    def argument(self, name: str) -> Argument | None:
        """Its setting of that name."""
        return next((argument for argument in self.arguments if argument.name == name), None)


KINDS: Final[Mapping[str, BlowKind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            BlowKind(
                name="kill",
                text="kill -9; then it is started again",
                arguments=(
                    choice("where", "at which step", *STEPS, "await"),
                    _STEPS,
                    time("restart", "when it is started again", 5.0),
                    time("linger", "for how long TWS does not notice, and holds the client id", 0.001),
                ),
            ),
            BlowKind(
                name="power",
                text="the machine goes off within a write to the journal, the end of which is torn",
                arguments=(
                    _STEPS,
                    whole("permille", "how much of the write is on disk", 500, 0, 1000),
                    time("restart", "when it is started again", 30.0),
                ),
            ),
            BlowKind(name="disk_full", text="no write goes through", arguments=(time("for", "how long", 20.0),)),
            BlowKind(
                name="interrupt",
                text="Ctrl-C: it stops well, and is started again; pressed twice, it ends at once",
                arguments=(
                    choice("where", "at which step", *STEPS),
                    _STEPS,
                    choice("pressed", "how often", "once", "twice"),
                ),
            ),
            BlowKind(
                name="reconfigure",
                text="it is stopped well, and started again with another configuration",
                arguments=(
                    whole("contracts", "of an entry", 1, 1, 3),
                    whole("stop_ticks", "from the reference price to the stop", 6, 2, 40),
                    whole("target_ticks", "and to the target", 10, 2, 40),
                    whole("cooldown_s", "after a loss", 30, 0, 3600),
                ),
            ),
            BlowKind(
                name="disk_error",
                text="a write fails",
                arguments=(
                    choice("when", "before anything is on disk, or after all is", "before", "after"),
                    time("for", "how long", 5.0),
                ),
            ),
            BlowKind(
                name="crash",
                text="an actor raises what it should not have, where it waits",
                arguments=(choice("actor", "which", *ACTORS), _STEPS, choice("error", "of what", "bug", "memory")),
            ),
            BlowKind(
                name="clock_step",
                text="the wall clock is set",
                arguments=(whole("by_ms", "by so much", 1000, -3_600_000, 3_600_000),),
            ),
            BlowKind(
                name="suspend",
                text="the machine sleeps, its monotonic clock too",
                arguments=(time("for", "how long", 60.0),),
            ),
            BlowKind(name="stop", text="the process is stopped (SIGSTOP)", arguments=(time("for", "how long", 10.0),)),
            BlowKind(name="second", text="somebody starts the program once more"),
            BlowKind(
                name="operator",
                text="an operator's word",
                arguments=(choice("word", "which", "halt", "resume", "flatten", "stop"),),
            ),
        )
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One blow."""

    kind: str
    at_s: float
    arguments: Mapping[str, Value] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """A setting, or what it is by itself."""
        argument = KINDS[self.kind].argument(name)
        assert argument is not None, f"{self.kind} has no {name}"
        return self.arguments.get(name, argument.default)

    def __str__(self) -> str:
        said = " ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.kind} {said}".rstrip()


def read_blow(entry: Mapping[str, Any], where: str) -> Blow:
    """A blow out of a file's table. Raises InputError."""
    name = entry.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise InputError(f"{where}: kind: {name!r}; expected one of {', '.join(KINDS)}")
    kind = KINDS[name]
    arguments: dict[str, Value] = {}
    at_s: float | None = None
    for key, value in entry.items():
        argument = _AT if key == "at" else kind.argument(key)
        if key == "kind":
            continue
        if argument is None:
            known = ", ".join(["at", *(each.name for each in kind.arguments)])
            raise InputError(f"{where}: {key}: {name} has no such key; expected one of {known}")
        try:
            read = argument.read(value)
        except ValueError:
            raise InputError(f"{where}: {key}: {value!r}; expected {argument.expected}") from None
        if key == "at":
            at_s = float(read)
        else:
            arguments[key] = read
    if at_s is None:
        raise InputError(f"{where}: at: missing; expected {_AT.expected}")
    return Blow(kind=name, at_s=at_s, arguments=arguments)


def write_blow(blow: Blow) -> list[str]:
    """The lines of its table."""
    kind = KINDS[blow.kind]
    lines = [f"kind = {quoted(blow.kind)}", f"at = {_AT.write(blow.at_s)}"]
    for name, value in blow.arguments.items():
        argument = kind.argument(name)
        assert argument is not None, f"{blow.kind} has no {name}"
        lines.append(f"{name} = {argument.write(value)}")
    return lines
