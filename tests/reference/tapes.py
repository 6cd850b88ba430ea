"""Random tapes that are nasty on purpose, and random settings to run them under. A seed makes each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference import calendar
from tests.reference.events import Event, gap, quote, seed, trade

MS = 1_000_000
MODES = ("calm", "dense", "bars", "drift", "jumps", "queues", "mixed")

STARTS = (  # Chicago wall clock
    "2024-01-02 08:34:50",  # an ordinary day, at the start of the entry hours
    "2024-01-03 14:30:00",
    "2024-01-04 09:00:00",
    "2024-03-05 12:00:00",
    "2024-06-11 10:59:00",
    "2024-03-08 15:30:00",  # the Friday before daylight saving begins
    "2024-03-10 01:30:00",  # the night itself
    "2024-03-10 16:59:58",  # the Sunday open after it
    "2024-06-12 14:54:30",  # just before the flatten
    "2024-06-13 15:59:50",  # just before the break
    "2024-07-03 11:50:00",  # a half day
    "2024-11-01 14:30:00",  # the Friday before daylight saving ends
    "2024-11-03 00:40:00",  # the night itself
    "2024-11-29 11:55:00",  # a half day
    "2023-12-24 17:00:00",  # before Christmas
)
SPECIAL_SESSIONS = {"2024-07-03": "12:15", "2024-07-04": "12:00", "2024-11-29": "12:15", "2023-12-25": "closed"}
EDGES = ("08:35:00", "14:44:59", "14:55:00", "15:59:59", "16:00:00", "16:30:00", "17:00:00", "23:59:59")


@dataclass
class Character:
    """How a stretch of tape behaves; redrawn now and then."""

    steps_ms: tuple[float, ...]  # mean time steps to choose from
    grid_ns: int  # times are multiples of this
    drift: float  # chance that a move of price goes up
    move: float  # chance of a move at an event
    trades: float  # chance that an event is a trade
    sizes: tuple[int, ...]
    nasty: float  # chance of a broken event
    jump: float  # chance of a jump in time
    aggression: float  # chance that a trade at the touch buys


def character(rng: random.Random, mode: str) -> Character:
    if mode == "mixed":
        mode = rng.choice(MODES[:-1])
    tiny, wide = (0, 1, 1, 1, 2, 3), (1, 2, 5, 10, 40, 120, 400)
    steps = {"calm": (200, 1000, 4000), "dense": (1, 3, 10), "queues": (1, 10, 50), "drift": (20, 200, 1000)}.get(
        mode, (50, 300, 1500)
    )
    up = rng.choice((0.12, 0.88) if mode == "drift" else (0.3, 0.5, 0.5, 0.7))
    moves = {"drift": (0.4, 0.8), "bars": (0.4, 0.8), "queues": (0.03, 0.1)}.get(mode, (0.1, 0.3))
    return Character(
        steps_ms=steps,
        grid_ns=rng.choice((1, MS, 10 * MS, 50 * MS)),
        drift=up,
        move=rng.choice(moves),
        trades=rng.choice((0.3, 0.5, 0.7)),
        sizes=tiny if mode == "queues" else rng.choice((tiny, wide, tiny + wide)),
        nasty=rng.choice((0.02, 0.1, 0.2) if mode == "queues" else (0.0, 0.02, 0.08)),
        jump=rng.choice((0.003, 0.01)) if mode == "jumps" else rng.choice((0.0, 0.0, 0.0005)),
        aggression=min(max(up + rng.uniform(-0.2, 0.2), 0.05), 0.95),
    )


class TapeMaker:
    def __init__(self, rng: random.Random, mode: str, start: str | None) -> None:
        self._rng, self._mode = rng, mode
        text = rng.choice(STARTS) if start is None else start
        local = datetime.fromisoformat(text).replace(tzinfo=calendar.CHICAGO)
        self._now_ns = int(local.timestamp()) * calendar.SECOND
        self._bid = rng.randrange(15_000, 25_000)
        self._spread = 1
        self._character = character(rng, mode)

    def next_events(self) -> list[Event]:
        rng, now = self._rng, self._character
        if rng.random() < 0.004:
            self._character = now = character(rng, self._mode)
        self._advance()
        self._move()
        if rng.random() < now.nasty:
            return [self._nasty()]
        if rng.random() < now.trades:
            return self._trades()
        return [self._quote()]

    def _advance(self) -> None:
        rng, now = self._rng, self._character
        if rng.random() < now.jump:
            self._jump()
        elif rng.random() >= 0.25:  # else: the same time as the event before
            step = rng.expovariate(1 / (rng.choice(now.steps_ms) * MS))
            self._now_ns += int(step)
        if now.grid_ns > 1:
            self._now_ns = -(-self._now_ns // now.grid_ns) * now.grid_ns

    def _jump(self) -> None:
        """To (about) an edge of some later day's clock."""
        rng = self._rng
        day, _ = calendar.chicago(self._now_ns)
        ahead = rng.choice((0, 0, 0, 1, 1, 2, 3, 7))
        edge = calendar.parse_wall(rng.choice(EDGES))
        local = datetime(day.year, day.month, day.day, tzinfo=calendar.CHICAGO)
        wall = local + timedelta(days=ahead, seconds=edge)  # wall-clock arithmetic
        target = int(wall.timestamp()) * calendar.SECOND + rng.choice((-60_000, -50, -1, 0, 0, 1, 49, 50)) * MS
        self._now_ns = max(self._now_ns, target)

    def _move(self) -> None:
        rng, now = self._rng, self._character
        if rng.random() < now.move:
            size = rng.choice((1, 1, 1, 1, 2, 3)) if rng.random() < 0.98 else rng.randrange(4, 25)
            self._bid += size if rng.random() < now.drift else -size
            self._bid = min(max(self._bid, 500), 60_000)
        if rng.random() < 0.1:
            self._spread = rng.choice((1, 1, 1, 1, 2, 2, 3, 4, 6))

    def _size(self) -> int:
        return max(self._rng.choice(self._character.sizes), 1)

    def _quote(self) -> Event:
        return quote(self._now_ns, self._bid, self._bid + self._spread, self._size(), self._size())

    def _trades(self) -> list[Event]:
        """One to four trades at one time: at a touch, inside the spread, or through it."""
        rng, now = self._rng, self._character
        found = []
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            low, high = self._bid, self._bid + self._spread
            price = high if rng.random() < now.aggression else low
            kind = rng.random()
            if kind < 0.10:
                price = rng.randint(low, high)
            elif kind < 0.15:
                price += rng.choice((-9, -4, -2, -1, 1, 2, 4, 9))
            size = rng.choice(now.sizes) if rng.random() < 0.02 else self._size()
            found.append(trade(self._now_ns, price, size))
        return found

    def _nasty(self) -> Event:
        """A quote that is one-sided, locked or crossed, an invalid trade, a gap or a seed."""
        rng, at = self._rng, self._now_ns
        bid, ask, size = self._bid, self._bid + self._spread, self._size()
        price = rng.choice((bid, ask))
        vwap_size = rng.randrange(1, 5000)
        choices = (
            quote(at, None, ask, size, size),
            quote(at, bid, None, None, size),
            quote(at, bid, ask, 0, size),
            quote(at, bid, ask, size, -1),
            quote(at, ask, bid, 0, size),  # crossed and one-sided: one-sided
            quote(at, ask, ask, size, size),
            quote(at, ask + rng.randrange(4), bid, size, size),
            quote(at, ask, bid, size, size),
            trade(at, price, 0),
            trade(at, price, -size),
            trade(at, price, None),
            trade(at, None, size),
            gap(at),
            seed(at, vwap_size * (bid + rng.randrange(-30, 30)), vwap_size),
        )
        return rng.choice(choices)


def random_tape(seed_number: int, n: int, mode: str | None = None, start: str | None = None) -> list[Event]:
    """At least n events, sorted by time. `mode` is one of MODES, `start` Chicago wall clock; None: drawn."""
    rng = random.Random(f"tape {seed_number}")
    maker = TapeMaker(rng, rng.choice(MODES) if mode is None else mode, start)
    events: list[Event] = []
    while len(events) < n:
        events += maker.next_events()
    return events
