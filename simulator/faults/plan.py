"""A plan of faults: what goes wrong, when, for how long and for whom; read from TOML and written to it.

    seed = 7
    [[fault]]
    kind = "1100"
    at = "90s"
    for = "30s"
    [[fault]]
    kind = "drop"
    of = "OpenOrderEnd"
    message = 2

A fault begins `at` a time after the start (of the transport: clients' own timeouts are real), with the `message`-th
message `of` a name, with the `message`-th status `order` of an order, or with each message by `chance`; with none of
these, at once. It lasts `for` a time. Without one, a fault of messages hits one of them, and any other lasts for ever.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from simulator.faults.arguments import NOTICES, REQUESTS, Argument, Sort, Value, quoted
from simulator.faults.kinds import KINDS, How, Kind
from system.domain.errors import InputError
from system.text_file import read_text

STATUSES: Final = ("PendingSubmit", "PreSubmitted", "Submitted", "PendingCancel", "Cancelled", "Filled", "Inactive")
FAULTS_MAX: Final = 1000
HITTING: Final = (How.NOTICE, How.REQUEST)

# Keys of every fault, in the order in which they are written, with the names they have here.
_KEYS: Final = {
    "at": ("at_s", Argument(name="at", sort=Sort.SECONDS, text="after the start")),
    "message": (
        "message",
        Argument(name="message", sort=Sort.WHOLE, lowest=1, highest=10**9, text="with the n-th message"),
    ),
    "order": ("order", Argument(name="order", sort=Sort.CHOICE, choices=STATUSES, text="with this status")),
    "chance": ("chance", Argument(name="chance", sort=Sort.NUMBER, lowest=0.0, highest=1.0, text="of each message")),
    "of": ("of", Argument(name="of", sort=Sort.MESSAGE, text="which messages")),
    "for": ("for_s", Argument(name="for", sort=Sort.SECONDS, text="how long")),
    "client": ("client", Argument(name="client", sort=Sort.WHOLE, lowest=0, highest=2**31 - 1, text="whose")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. None: not said."""

    kind: str
    at_s: float | None = None
    message: int | None = None
    order: str | None = None
    chance: float | None = None
    of: str | None = None
    for_s: float | None = None
    client: int | None = None
    arguments: Mapping[str, Value] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """A setting, or what it is by itself."""
        argument = KINDS[self.kind].argument(name)
        assert argument is not None, f"{self.kind} has no {name}"
        return self.arguments.get(name, argument.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Faults, and the seed of all chance in them."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


def load_plan(path: Path) -> Plan:
    """Read a file. Raises InputError, one line that names the fault and the key."""
    return read_plan(read_text(path), str(path))


def read_plan(text: str, name: str) -> Plan:
    """Read TOML; `name` says in errors where it is from. Raises InputError."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise InputError(f"{name}: {wrong}".splitlines()[0]) from None
    return plan_of(table, name)


def plan_of(table: Mapping[str, Any], name: str) -> Plan:
    """A plan out of a file's table. Raises InputError."""
    for key in table:
        if key not in ("seed", "fault"):
            raise InputError(f"{name}: unknown key {key!r}; expected seed and [[fault]]")
    seed = table.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise InputError(f"{name}: seed: {seed!r}; expected a whole number from 0 on")
    entries = table.get("fault", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{name}: fault: expected tables that begin with [[fault]]")
    if len(entries) > FAULTS_MAX:
        raise InputError(f"{name}: {len(entries)} faults; expected at most {FAULTS_MAX}")
    faults = (_read_fault(entry, f"{name}: fault {number}") for number, entry in enumerate(entries, 1))
    return Plan(seed=seed, faults=tuple(faults))


def _read_fault(entry: dict[str, Any], where: str) -> Fault:
    kind = kind_of(entry.get("kind"), where)
    said: dict[str, Any] = {}
    arguments: dict[str, Value] = {}
    for key, value in entry.items():
        if key == "kind":
            continue
        argument = kind.argument(key)
        field_name, common = _KEYS.get(key, ("", None))
        if argument is None and common is None:
            raise InputError(f"{where}: {key}: {kind.name} has no such key; expected {_listed(_known(kind), key)}")
        try:
            if argument is not None:
                arguments[key] = argument.read(value)
            elif common is not None:
                said[field_name] = common.read(value)
        except ValueError:
            expected = (argument or common).expected  # type: ignore[union-attr]
            raise InputError(f"{where}: {key}: {_shown(value)}; expected {expected}") from None
    fault = Fault(kind=kind.name, arguments=arguments, **said)
    check(fault, where)
    return fault


def kind_of(name: object, where: str) -> Kind:
    """The kind of that name. Raises InputError."""
    if name is None:
        raise InputError(f"{where}: kind: missing; expected one of {', '.join(KINDS)}")
    if not isinstance(name, str) or name not in KINDS:
        raise InputError(f"{where}: kind: {_shown(name)}; expected {_listed(KINDS, str(name))}")
    return KINDS[name]


def check(fault: Fault, where: str) -> None:
    """Whether all that is said fits together. Raises InputError."""
    kind = KINDS[fault.kind]
    for key, why in _misfits(fault, kind):
        raise InputError(f"{where}: {key}: {why}")


def _misfits(fault: Fault, kind: Kind) -> Iterator[tuple[str, str]]:
    for argument in kind.arguments:
        if argument.default is None and argument.name not in fault.arguments:
            yield argument.name, f"missing; expected {argument.expected}"
    if sum(begin is not None for begin in (fault.at_s, fault.message or fault.order, fault.chance)) > 1:
        yield "at", "expected one of at, message (with of or order), and chance"
    if fault.for_s is not None and kind.how is How.INSTANT:
        yield "for", f"{fault.for_s:g}s; expected none: {kind.name} happens at an instant"
    begun_by_message = fault.message is not None or fault.order is not None or fault.chance is not None
    if kind.of_world and fault.client is not None and not begun_by_message:
        yield "client", f"{fault.client}; expected none: {kind.name} is about the world that all share"
    if kind.before_start and fault.client is not None:
        yield "client", f"{fault.client}; expected none: {kind.name} happens before a client says who it is"
    if kind.how in HITTING:
        yield from _wrong_hits(fault.of, kind)
    else:
        counts = (fault.message is not None and fault.order is None) or fault.chance is not None
        if counts and fault.of is None:
            yield "of", "missing; expected a message's name"
        if fault.of is not None and not counts:
            yield "of", f"expected with message or chance: {kind.name} hits no message"


def _wrong_hits(of: str | None, kind: Kind) -> Iterator[tuple[str, str]]:
    """What is wrong with the messages that a fault is to hit."""
    names, whose, such = (
        (NOTICES, "TWS", "OrderStatus") if kind.how is How.NOTICE else (REQUESTS, "a client", "PlaceOrder")
    )
    if of is not None and kind.of and of not in kind.of:
        yield "of", f"{of!r}; expected one of {', '.join(kind.of)}"
    elif of is not None and of not in names:
        yield "of", f"{of!r}; expected a message of {whose}, such as {such}"


def _known(kind: Kind) -> list[str]:
    return [*_KEYS, *(argument.name for argument in kind.arguments)]


def _listed(names: Any, wrong: str) -> str:
    close = get_close_matches(wrong, list(names), 1)
    return f"one of {', '.join(names)}" + (f" (perhaps {close[0]})" if close else "")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def write_plan(plan: Plan) -> str:
    """The plan as TOML that reads back as the same plan."""
    lines = [f"seed = {plan.seed}"]
    for fault in plan.faults:
        kind = KINDS[fault.kind]
        lines += ["", "[[fault]]", f"kind = {quoted(fault.kind)}"]
        for key, (name, argument) in _KEYS.items():
            value = getattr(fault, name)
            if value is not None:
                lines.append(f"{key} = {argument.write(value)}")
        for key, value in fault.arguments.items():
            argument_ = kind.argument(key)
            assert argument_ is not None
            lines.append(f"{key} = {argument_.write(value)}")
    return "\n".join(lines) + "\n"


def injected(kind_name: str, for_text: str | None, client: int | None, settings: Mapping[str, Any]) -> Fault:
    """A fault that begins at once; a setting may be a text, as on a command line. Raises InputError."""
    kind = kind_of(kind_name, "inject")
    said: dict[str, Any] = {"for": for_text} if for_text is not None else {}
    said |= {"client": client} if client is not None else {}
    for key, value in settings.items():
        argument = kind.argument(key)
        if argument is None and key != "of":
            names = ["of", *(argument.name for argument in kind.arguments)]
            raise InputError(f"inject: {key}: {kind.name} has no such setting; expected {_listed(names, key)}")
        try:
            said[key] = value if argument is None or not isinstance(value, str) else argument.from_text(value)
        except ValueError:
            raise InputError(f"inject: {key}: {value!r}; expected {argument.expected}") from None  # type: ignore[union-attr]
    return _read_fault({"kind": kind.name, **said}, "inject")
