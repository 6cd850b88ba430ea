"""Scripted events of a day: each rewrites some minutes of its schedule, and the market does the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

OPEN_MINUTE: Final = 18 * 60  # New York: minutes of the schedule count from there
DAY_MINUTES: Final = 24 * 60
MINUTES: Final = 23 * 60
SIDES: Final = {"up": 1, "down": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedEvent:
    """`at` in minutes after 18:00 New York, `ticks` that the price is to move by, `side` up, down or either."""

    kind: str
    at: int
    minutes: int
    ticks: float
    side: str
    session: int | None  # which one of a run, from 1; None: every one


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a kind of event does, and what it is when nothing else is said."""

    play: Callable[[Array, ScriptedEvent, int], None]  # the schedule from then on, the event, up (1) or down (-1)
    minutes: int
    ticks: float
    side: str


def _news(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """A jump, and for a while more trading on thinner queues."""
    minutes["jump"][0] += sign * event.ticks
    calm = np.arange(event.minutes) / event.minutes
    span = minutes[: event.minutes]
    calm = calm[: len(span)]
    span["base"] *= 5 - 4 * calm
    span["sigma"] *= 1.3 - 0.3 * calm
    span["depth"] *= 0.4 + 0.6 * calm


def _flash_crash(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """Two fifths of the time away from the price, the rest back to it."""
    away = max(1, event.minutes * 2 // 5)
    back = max(1, event.minutes - away)
    minutes["drift"][:away] += sign * event.ticks / away / 60
    minutes["drift"][away : away + back] -= sign * event.ticks / back / 60
    span = minutes[: away + back]
    span["base"] *= 4
    span["depth"] *= 0.2
    span["repair"] *= 0.3


def _vacuum(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """Queues a tenth as long, and spreads that stay wide."""
    span = minutes[: event.minutes]
    span["depth"] *= 0.1
    span["repair"] *= 0.2


def _gap_open(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """A jump, and nothing else."""
    minutes["jump"][0] += sign * event.ticks


def _halt(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """No quotes, no trades."""
    minutes["halted"][: event.minutes] = True


def _limit_down(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """The price falls to its limit within a fifth of the time, and is let go at the end."""
    falling = max(1, event.minutes // 5)
    minutes["drift"][:falling] -= (event.ticks + 40) / falling / 60
    minutes["fall"][: event.minutes] = max(1, int(event.ticks))
    minutes["base"][:falling] *= 3
    if event.minutes < len(minutes):
        minutes["jump"][event.minutes] += 20


def _feed_gap(minutes: Array, event: ScriptedEvent, sign: int) -> None:
    """The market goes on, the feed does not."""
    minutes["dark"][: event.minutes] = True


KINDS: Final[Mapping[str, Kind]] = {
    "news": Kind(play=_news, minutes=10, ticks=24, side="either"),
    "flash-crash": Kind(play=_flash_crash, minutes=15, ticks=200, side="down"),
    "vacuum": Kind(play=_vacuum, minutes=10, ticks=0, side="either"),
    "gap-open": Kind(play=_gap_open, minutes=1, ticks=60, side="either"),
    "halt": Kind(play=_halt, minutes=15, ticks=0, side="either"),
    "limit-down": Kind(play=_limit_down, minutes=30, ticks=120, side="down"),
    "feed-gap": Kind(play=_feed_gap, minutes=5, ticks=0, side="either"),
}


def script(minutes: Array, events: tuple[ScriptedEvent, ...], number: int, coins: int) -> None:
    """Write the events of session `number` (from 0) into its schedule.

    `coins` has a fair bit for each event that may go either way.
    """
    for k, event in enumerate(events):
        if event.session is None or event.session == number + 1:
            sign = SIDES.get(event.side) or 1 - 2 * (coins >> k % 32 & 1)
            KINDS[event.kind].play(minutes[event.at :], event, sign)
