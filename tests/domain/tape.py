"""Short ways to write a tape and to read it through the confluence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from system.domain.confluence import Confluence
from system.domain.patterns import RULES
from system.domain.profile import Profile
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.domain.ticks import EVENT, Batch, Kind

MS = 1_000_000
S = SECOND_NS


def chicago(wall: str) -> int:
    """Nanoseconds UTC of a Chicago wall-clock time."""
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("America/Chicago")).timestamp()) * S


def new_york(wall: str) -> int:
    """Nanoseconds UTC of a New York wall-clock time."""
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("America/New_York")).timestamp()) * S


NOON = new_york("2024-01-03 12:00:00")  # a Wednesday


def weighing(feature: int, features: str = "final", **changes: Any) -> Profile:
    """A profile whose score is the one feature, and which never fires."""
    weights = tuple(float(k == feature) for k in range(8))
    quiet = Profile(
        name="one",
        features=features,  # type: ignore[arg-type]
        weights=weights,  # type: ignore[arg-type]
        long_above=9.0,
        short_below=-9.0,
        window_trades=100,
        trigger="edge",
        adapts=False,
    )
    return replace(quiet, **changes)


# The size of one trade over 5, with its side: a trade of 3 or more at the ask is LONG, at the bid SHORT.
DELTA = weighing(1, "legacy", long_above=0.5, short_below=-0.5, window_trades=1)
PLAIN = Settings(profile=DELTA, min_time_between_signals_ns=0, max_signals_per_minute=1000)


@dataclass(frozen=True)
class Read:
    """What the confluence made of a tape, in seconds after the tape's base."""

    confluence: Confluence
    evaluations: Any
    signals: Any
    bars: Any
    base_ns: int

    @property
    def score(self) -> float:
        """The last evaluation's."""
        return float(self.evaluations["score"][-1])

    @property
    def times(self) -> list[float]:
        """When signals came."""
        return [round((int(ts) - self.base_ns) / S, 9) for ts in self.signals["ts_ns"]]

    @property
    def directions(self) -> list[int]:
        return list(self.signals["direction"].tolist())

    @property
    def fired(self) -> list[tuple[int, str, int]]:
        """Bar, name and direction of each pattern that fired."""
        return [
            (number, *rule)
            for number, bits in enumerate(self.bars["fired"].tolist())
            for bit, rule in enumerate(RULES)
            if bits >> bit & 1
        ]


class Tape:
    """Events at seconds after a base."""

    def __init__(self, base_ns: int = NOON) -> None:
        self.base_ns = base_ns
        self.rows: list[Batch] = []

    def ns(self, at: float) -> int:
        return self.base_ns + round(at * 1_000_000_000)

    def _add(self, at: float, kind: Kind, **fields: int) -> "Tape":
        row = np.zeros(1, dtype=EVENT)
        row["ts_ns"], row["kind"] = self.ns(at), kind
        for name, value in fields.items():
            row[name] = value
        self.rows.append(row)
        return self

    def quote(self, at: float, bid: int, ask: int, bid_size: int = 10, ask_size: int = 10) -> "Tape":
        return self._add(at, Kind.QUOTE, bid_ticks=bid, ask_ticks=ask, bid_size=bid_size, ask_size=ask_size)

    def trade(self, at: float, price: int, size: int = 1, side: int = 0) -> "Tape":
        return self._add(at, Kind.TRADE, price_ticks=price, size=size, side=side)

    def trades(self, at: float, prices: Sequence[int], size: int = 1, step: float = 1.0) -> "Tape":
        """Trades one step apart."""
        for index, price in enumerate(prices):
            self.trade(at + index * step, price, size)
        return self

    def gap(self, at: float) -> "Tape":
        return self._add(at, Kind.GAP)

    def seed(self, at: float, price_size: int, size: int) -> "Tape":
        return self._add(at, Kind.SEED, seed_price_size=price_size, seed_size=size)

    @property
    def batch(self) -> Batch:
        return np.concatenate(self.rows)

    def read(self, cuts: Sequence[int] = (), **changes: Any) -> Read:
        """Through a confluence of PLAIN settings, but for `changes`."""
        return read(self.batch, replace(PLAIN, **changes), cuts, self.base_ns)


def read(batch: Batch, settings: Settings, cuts: Sequence[int] = (), base_ns: int = NOON) -> Read:
    """A batch, cut at `cuts`, through a confluence that begins its sessions."""
    confluence, calendar, opened = Confluence(settings), Calendar(settings.closures), 0
    evaluations, signals, bars, offset = [], [], [], 0
    for piece in np.split(batch, list(cuts)):
        for segment in calendar.segments(piece["ts_ns"]):
            if segment.in_break:
                continue
            if segment.session.open_ns != opened:
                opened = segment.session.open_ns
                confluence.begin_session()
            for reading in confluence.read(piece, segment.start, segment.stop):
                found = reading.signals.copy()
                found["index"] += offset
                evaluations.append(reading.evaluations.copy())
                signals.append(found)
                bars.append(reading.bars.copy())
        offset += len(piece)
    return Read(confluence, np.concatenate(evaluations), np.concatenate(signals), np.concatenate(bars), base_ns)


def random_batch(seed: int, length: int) -> Batch:
    """A walk with every kind of event, over the break and the open of a session, some times equal."""
    draw = np.random.default_rng(seed)
    batch = np.zeros(length, dtype=EVENT)
    steps = draw.choice([0, 0, 50, 100, 700], length) * MS
    batch["ts_ns"] = chicago("2024-01-03 15:59:50") + np.cumsum(steps)
    batch["ts_ns"][length // 3 :] += 1800 * S
    batch["ts_ns"][length // 2 :] += 1800 * S
    batch["kind"] = draw.choice(4, length, p=[0.4, 0.56, 0.02, 0.02])
    bid = 20_000 + np.cumsum(draw.choice([-1, 0, 0, 1], length))
    batch["bid_ticks"], batch["ask_ticks"] = bid, bid + draw.integers(0, 4, length)
    batch["bid_size"], batch["ask_size"] = draw.integers(0, 30, (2, length))
    batch["price_ticks"], batch["size"] = bid + draw.integers(-1, 4, length), draw.integers(0, 40, length)
    batch["side"] = draw.integers(-1, 2, length)
    batch["seed_price_size"], batch["seed_size"] = bid * 1000, 1000
    return batch
