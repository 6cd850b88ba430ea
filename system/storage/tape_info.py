"""What a tape holds, in one pass: counts, times, prices, volume."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from system.domain.ticks import GAP, QUOTE, SEED, TRADE, Batch
from system.storage.tape import TapeReader
from system.storage.tape_meta import TICK

CHICAGO: Final = ZoneInfo("America/Chicago")
HOUR_NS: Final = 3_600_000_000_000
BREAK_HOUR: Final = 16  # 16:00 to 17:00 Chicago, every day
SESSION_SHIFT: Final = timedelta(hours=7)  # a session begins at 17:00 Chicago of the day before


@dataclass(slots=True, kw_only=True)
class TapeInfo:
    """Sums over one tape. Prices in ticks, times in nanoseconds UTC, volume in contracts of valid trades.

    An invalid quote is crossed, locked or one-sided, an invalid trade has no size; `one_tick` counts valid quotes with
    a spread of one tick, `sided` valid trades whose aggressor the tape knows.
    """

    path: Path
    symbol: str
    contract_month: str
    source: str
    seed: int | None
    row_groups: int
    size_bytes: int
    events: int = 0
    quotes: int = 0
    quotes_invalid: int = 0
    one_sided: int = 0
    trades: int = 0
    trades_invalid: int = 0
    gaps: int = 0
    seeds: int = 0
    first_ts_ns: int = 0
    last_ts_ns: int = 0
    low_ticks: int | None = None
    high_ticks: int | None = None
    volume: int = 0
    one_tick: int = 0
    sided: int = 0
    hours: set[int] = field(default_factory=set)

    def as_json(self) -> dict[str, object]:
        """Plain values, prices in points; shares are null where there is nothing to take a share of."""
        return {
            "path": str(self.path),
            "symbol": self.symbol,
            "contract_month": self.contract_month,
            "source": self.source,
            "seed": self.seed,
            "events": self.events,
            "quotes": self.quotes,
            "quotes_invalid": self.quotes_invalid,
            "quotes_one_sided": self.one_sided,
            "trades": self.trades,
            "trades_invalid": self.trades_invalid,
            "gaps": self.gaps,
            "seeds": self.seeds,
            "first_ts_ns": self.first_ts_ns,
            "last_ts_ns": self.last_ts_ns,
            "first_utc": utc_text(self.first_ts_ns),
            "last_utc": utc_text(self.last_ts_ns),
            "sessions": [day.isoformat() for day in self.sessions],
            "price_low": _points(self.low_ticks),
            "price_high": _points(self.high_ticks),
            "volume": self.volume,
            "spread_one_tick_share": _share(self.one_tick, self.quotes - self.quotes_invalid),
            "side_known_share": _share(self.sided, self.trades - self.trades_invalid),
            "row_groups": self.row_groups,
            "size_bytes": self.size_bytes,
        }

    @property
    def sessions(self) -> list[date]:
        """The trading days, named by Chicago's calendar, that have events; those of the daily break have no session."""
        # Offsets change on the hour, so the hours of a tape are enough to know its days.
        local = [datetime.fromtimestamp(hour * 3600, CHICAGO) for hour in self.hours]
        return sorted({(time.replace(tzinfo=None) + SESSION_SHIFT).date() for time in local if time.hour != BREAK_HOUR})

    def add(self, batch: Batch) -> None:
        """Count the next batch."""
        kind = batch["kind"]
        if not self.events:
            self.first_ts_ns = int(batch["ts_ns"][0])
        self.last_ts_ns = int(batch["ts_ns"][-1])
        self.events += len(batch)
        self.gaps += int(np.count_nonzero(kind == GAP))
        self.seeds += int(np.count_nonzero(kind == SEED))
        self.hours.update(np.unique(batch["ts_ns"] // HOUR_NS).tolist())
        self._add_quotes(batch[kind == QUOTE])
        self._add_trades(batch[kind == TRADE])

    def _add_quotes(self, quotes: Batch) -> None:
        spread = quotes["ask_ticks"].astype(np.int64) - quotes["bid_ticks"]
        both = (quotes["bid_size"] > 0) & (quotes["ask_size"] > 0)
        self.quotes += len(quotes)
        self.one_sided += int(np.count_nonzero(~both))
        self.quotes_invalid += int(np.count_nonzero(~both | (spread <= 0)))
        self.one_tick += int(np.count_nonzero(both & (spread == 1)))

    def _add_trades(self, trades: Batch) -> None:
        valid = trades[trades["size"] > 0]
        self.trades += len(trades)
        self.trades_invalid += len(trades) - len(valid)
        if not len(valid):
            return
        low, high = int(valid["price_ticks"].min()), int(valid["price_ticks"].max())
        self.low_ticks = low if self.low_ticks is None else min(low, self.low_ticks)
        self.high_ticks = high if self.high_ticks is None else max(high, self.high_ticks)
        self.volume += int(valid["size"].sum(dtype=np.int64))
        self.sided += int(np.count_nonzero(valid["side"]))


def tape_info(path: Path) -> TapeInfo:
    """Read a tape to its end and sum it up. Raises InputError where it is not a tape, or not a right one."""
    with TapeReader(path) as tape:
        info = TapeInfo(
            path=path,
            symbol=tape.meta.symbol,
            contract_month=str(tape.meta.contract_month or ""),
            source=tape.meta.source,
            seed=tape.meta.seed,
            row_groups=tape.row_groups,
            size_bytes=path.stat().st_size,
        )
        for batch in tape.batches():
            info.add(batch)
    return info


def utc_text(ts_ns: int) -> str:
    """ISO 8601 to the nanosecond."""
    seconds, rest = divmod(ts_ns, 1_000_000_000)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def _points(ticks: int | None) -> float | None:
    return None if ticks is None else float(ticks * TICK)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
