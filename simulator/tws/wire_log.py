"""Messages as one readable line each: when, which client, which way, what; fields that say nothing are left out."""

from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.tws.session import Session
from system.domain.settings import SECOND_NS

NAMES_MAX = 12


def line(session: Session, way: str, message: Any, now_ns: int) -> str:
    """`15:00:00.250 client 7 -> OrderStatus order_id=1 status=Filled ...`, in UTC of the market."""
    seconds, rest = divmod(now_ns, SECOND_NS)
    clock = datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")
    who = session.name if session.client_id is None else f"client {session.client_id}"
    return f"{clock}.{rest // 1_000_000:03d} {who} {way} {describe(message)}"


def describe(message: Any) -> str:
    """A record by its name and what it says; records inside it in brackets."""
    said = []
    for field in fields(message):
        value = getattr(message, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if value != default or field.default is MISSING:
            said.append(f"{field.name}={_value(value)}")
    return " ".join([type(message).__name__, *said])


def _value(value: Any) -> str:
    if is_dataclass(value):
        return f"[{describe(value).partition(' ')[2]}]"
    if isinstance(value, tuple) and len(value) > NAMES_MAX:
        return f"({len(value)} of them)"
    if isinstance(value, str) and (not value or " " in value or "=" in value):
        return repr(value)
    return str(value)
