"""What a kind of fault is, and short words to write one down."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from simulator.faults.arguments import Argument, Sort

SHORTEST_S, LONGEST_S = 0.001, 1800.0  # half an hour


class How(Enum):
    """What a fault takes hold of."""

    NOTICE = "hits one message of TWS, or each for a while"
    REQUEST = "hits one message of a client, or each for a while"
    SPAN = "lasts for a while, or for ever"
    INSTANT = "happens at an instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind."""

    name: str
    side: str  # wire: of bytes and connections; broker: of what TWS and IB do
    how: How
    text: str
    arguments: tuple[Argument, ...] = ()
    only: str = "any"  # of its messages those about such orders, where no setting says
    of: tuple[str, ...] = ()  # the only messages that it can hit, where they are few
    everybody: bool = False  # about all connections, also where a message of one begins it
    of_world: bool = False  # about the market, the account or TWS itself: no client can be named
    before_start: bool = False  # about a connection whose client is not known yet

    def argument(self, name: str) -> Argument | None:
        """Its setting of that name."""
        return next((argument for argument in self.arguments if argument.name == name), None)


def kind(side: str, how: How, name: str, text: str, *arguments: Argument, **more: Any) -> Kind:
    """A kind; `more` as its fields."""
    return Kind(name=name, side=side, how=how, text=text, arguments=arguments, **more)


def whole(name: str, text: str, default: int | None, lowest: float, highest: float) -> Argument:
    """A whole number."""
    return Argument(name=name, sort=Sort.WHOLE, default=default, lowest=lowest, highest=highest, text=text)


def time(name: str, text: str, default: float) -> Argument:
    """A time."""
    return Argument(name=name, sort=Sort.SECONDS, default=default, lowest=SHORTEST_S, highest=LONGEST_S, text=text)


def choice(name: str, text: str, *choices: str) -> Argument:
    """One of a few words, the first by itself."""
    return Argument(name=name, sort=Sort.CHOICE, default=choices[0], choices=choices, text=text)


def flag(name: str, text: str, *, default: bool) -> Argument:
    """Yes or no."""
    return Argument(name=name, sort=Sort.FLAG, default=default, text=text)


def text(name: str, what: str, default: str) -> Argument:
    """Any words."""
    return Argument(name=name, sort=Sort.TEXT, default=default, text=what)
