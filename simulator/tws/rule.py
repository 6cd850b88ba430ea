"""One behaviour of TWS that someone could doubt, and where it is known from: a simulator agrees with its author."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["documented", "observed", "guessed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`source`: the document or client for what is documented or observed; for a guess, what it goes by."""

    id: str
    text: str
    kind: Kind
    source: str


def rules_of(area: str) -> Callable[[str, Kind, str, str], Rule]:
    """What makes the rules of one area, from name, kind, text and source; the area stands before the name."""
    return lambda name, kind, text, source: Rule(id=f"{area}.{name}", text=text, kind=kind, source=source)
