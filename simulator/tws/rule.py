"""One behaviour of TWS that someone could doubt, and where it is known from: a simulator agrees with its author."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`source`: the document or client for what is documented or observed; for a guess, what it goes by."""

    id: str
    text: str
    kind: Literal["documented", "observed", "guessed"]
    source: str
