"""What one minute of a tape looks like, as numbers in which no price level, date or time of day is left.

Prices are in ticks, sizes in contracts, and every quote that repeats the one before is left out, so that how a tape was
recorded tells as little as can be. A number that a minute does not have (no print, no change of the mid) is NaN.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.ticks import QUOTE, TRADE, Batch

Array = npt.NDArray[Any]

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
MILLISECOND_NS: Final = 1_000_000
IMPACT_NS: Final = 100_000_000  # by then the mid has moved as far as a print moves it
PRINTS_MIN: Final = 2  # with fewer, a minute has no gaps, signs or changes to speak of
STATES_MIN: Final = 10  # states of the queues, for a correlation
NAN: Final = float("nan")
QUOTE_COLUMNS: Final = ("bid_ticks", "ask_ticks", "bid_size", "ask_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """One minute's events, and the quote that stood when it began (no row: none is known)."""

    start_ns: int
    events: Batch
    standing: Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """The quotes of a minute in order, each unlike the one before; the first is the standing one, if there is one."""

    row: Array  # place among the minute's events; -1: it stood before
    ts_ns: Array
    bid: Array
    ask: Array
    bid_size: Array
    ask_size: Array
    weight: Array  # the share of the time under quotes

    @property
    def mid(self) -> Array:
        return (self.bid + self.ask) / 2

    @property
    def imbalance(self) -> Array:
        return (self.bid_size - self.ask_size) / (self.bid_size + self.ask_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prints:
    """The trades of a minute in order; `quote` is the place in Quotes of the one they met, -1 for none."""

    second: Array  # of the minute
    ts_ns: Array
    price: Array
    size: Array
    sign: Array
    quote: Array


def valid_quotes(events: Batch) -> npt.NDArray[np.bool_]:
    """Where the events are quotes with both sides, and the bid below the ask."""
    both = (events["bid_size"] > 0) & (events["ask_size"] > 0)
    return (events["kind"] == QUOTE) & both & (events["bid_ticks"] < events["ask_ticks"])


def quotes_of(minute: Minute) -> Quotes:
    rows = np.flatnonzero(valid_quotes(minute.events))
    events = np.concatenate([minute.standing, minute.events[rows]])
    row = np.concatenate([np.full(len(minute.standing), -1), rows])
    ts_ns = np.maximum(events["ts_ns"], minute.start_ns)
    columns = np.stack([events[name] for name in QUOTE_COLUMNS]).astype(np.int64)
    new = np.concatenate([np.ones(min(len(row), 1), bool), (np.diff(columns) != 0).any(axis=0)])
    row, ts_ns, (bid, ask, bid_size, ask_size) = row[new], ts_ns[new], columns[:, new]
    lasted = np.diff(np.append(ts_ns, minute.start_ns + MINUTE_NS))
    weight = lasted / max(1, lasted.sum())
    return Quotes(row=row, ts_ns=ts_ns, bid=bid, ask=ask, bid_size=bid_size, ask_size=ask_size, weight=weight)


def prints_of(minute: Minute, quotes: Quotes) -> Prints:
    """The tape's own aggressor counts; where it knows none, the touch that the print met says it (in between: 0)."""
    rows = np.flatnonzero((minute.events["kind"] == TRADE) & (minute.events["size"] > 0))
    events = minute.events[rows]
    price, sign = events["price_ticks"].astype(np.int64), events["side"].astype(np.int64)
    quote = np.searchsorted(quotes.row, rows) - 1
    if len(quotes.row):
        met = quote >= 0
        by_quote = (price >= quotes.ask[quote]).astype(np.int64) - (price <= quotes.bid[quote])
        sign = np.where((sign == 0) & met, by_quote, sign)
    second = (events["ts_ns"] - minute.start_ns) // SECOND_NS
    return Prints(second=second, ts_ns=events["ts_ns"], price=price, size=events["size"], sign=sign, quote=quote)


def mean(values: Array) -> float:
    return float(values.mean()) if len(values) else NAN


def variation(values: Array) -> float:
    """Standard deviation over mean."""
    return float(values.std() / values.mean()) if len(values) > 1 and values.mean() > 0 else NAN


def correlation(one: Array, other: Array) -> float:
    if len(one) < PRINTS_MIN or one.std() == 0 or other.std() == 0:
        return NAN
    return float(np.corrcoef(one, other)[0, 1])


def reversals(changes: Array) -> float:
    """The share of non-zero changes that go against the one before."""
    signs = np.sign(changes[changes != 0])
    return mean(signs[1:] != signs[:-1])


def activity(prints: Prints, quotes: Quotes) -> dict[str, float]:
    """How much happens, and how it bunches in time."""
    gaps = np.diff(prints.ts_ns)
    by_second = np.bincount(prints.second, minlength=60)
    updates = quotes.row >= 0
    quote_gaps = np.diff(quotes.ts_ns[updates])
    enough = len(gaps) >= PRINTS_MIN - 1
    return {
        "prints": float(len(prints.size)),
        "quotes_per_print": float(updates.sum() / len(prints.size)) if enough else NAN,
        "gaps_below_1ms_share": mean(gaps < MILLISECOND_NS),
        "gaps_zero_share": mean(gaps == 0),
        "gaps_cv": variation(gaps),
        "empty_seconds": float((by_second == 0).sum()) if enough else NAN,
        "prints_in_a_second_max": float(by_second.max()) if enough else NAN,
        "prints_in_a_second_fano": float(by_second.var() / by_second.mean()) if enough else NAN,
        "quote_gaps_below_1ms_share": mean(quote_gaps < MILLISECOND_NS),
        "quote_gaps_cv": variation(quote_gaps),
    }


def sizes(prints: Prints) -> dict[str, float]:
    """How large prints are."""
    size = prints.size
    if len(size) < PRINTS_MIN:
        names = ("print_size_mean", "print_size_max", "print_size_cv", "size_1_share", "size_10_volume_share")
        return {"volume": float(size.sum())} | dict.fromkeys((*names, "largest_print_share"), NAN)
    return {
        "volume": float(size.sum()),
        "print_size_mean": mean(size),
        "print_size_max": float(size.max()),
        "print_size_cv": variation(size),
        "size_1_share": mean(size == 1),
        "size_10_volume_share": float(size[size >= 10].sum() / size.sum()),
        "largest_print_share": float(size.max() / size.sum()),
    }


def prices(minute: Minute, prints: Prints, quotes: Quotes) -> dict[str, float]:
    """How far the price goes, and how it comes back."""
    names = ("return_ticks", "return_abs", "variance_1s", "variance_10s", "mid_changes", "mid_reversal_share")
    found = dict.fromkeys(names, NAN)
    if len(quotes.row):
        mid = quotes.mid
        clock = minute.start_ns + SECOND_NS * np.arange(61)
        at_second = mid[np.maximum(np.searchsorted(quotes.ts_ns, clock, "right") - 1, 0)]
        changes = np.diff(mid)
        values = (
            mid[-1] - mid[0],
            abs(mid[-1] - mid[0]),
            (np.diff(at_second) ** 2).sum(),
            (np.diff(at_second[::10]) ** 2).sum(),
            (changes != 0).sum(),
            reversals(changes),
        )
        found = dict(zip(names, map(float, values), strict=True))
    enough = len(prints.price) >= PRINTS_MIN
    steps = np.diff(prints.price)
    return found | {
        "range": float(np.ptp(prints.price)) if enough else NAN,
        "print_zero_change_share": mean(steps == 0),
        "print_reversal_share": reversals(steps),
        "print_jump_share": mean(abs(steps) > 1),
    }


def signs(prints: Prints) -> dict[str, float]:
    """Who trades at the market, and for how long in a row."""
    sign = prints.sign
    names = ("sign_mean_abs", "volume_sign_mean_abs", "sign_autocorrelation", "run_longest", "run_mean")
    if len(sign) < PRINTS_MIN:
        return dict.fromkeys(names, NAN)
    ends = np.flatnonzero(np.append(np.diff(sign) != 0, True))
    runs = np.diff(ends, prepend=-1)
    values = (
        abs(sign.mean()),
        abs((sign * prints.size).sum()) / prints.size.sum(),
        correlation(sign[1:], sign[:-1]),
        runs.max(),
        runs.mean(),
    )
    return dict(zip(names, map(float, values), strict=True))


def queues(quotes: Quotes) -> dict[str, float]:
    """Spread and sizes at the touch, weighted by time."""
    names = ("spread", "one_tick_share", "bid_size_log_mean", "bid_size_log_std", "ask_size_log_mean")
    names = (*names, "ask_size_log_std", "imbalance_abs", "imbalance_std", "imbalance_flips")
    if not len(quotes.row):
        return dict.fromkeys(names, NAN)

    def level(values: Array) -> float:
        return float((quotes.weight * values).sum())

    def spread_of(values: Array) -> float:
        return float(np.sqrt(level((values - level(values)) ** 2)))

    spread, imbalance = quotes.ask - quotes.bid, quotes.imbalance
    bids, asks = np.log(quotes.bid_size), np.log(quotes.ask_size)
    leaning = np.sign(imbalance[imbalance != 0])
    values = (level(spread), level(spread == 1), level(bids), spread_of(bids), level(asks), spread_of(asks))
    values = (*values, level(abs(imbalance)), spread_of(imbalance), float((np.diff(leaning) != 0).sum()))
    return dict(zip(names, values, strict=True))


def updates(quotes: Quotes) -> dict[str, float]:
    """What one new quote changes, and whether the queues say where the mid goes."""
    bids, asks = np.diff(quotes.bid_size), np.diff(quotes.ask_size)
    moved = (np.diff(quotes.bid) != 0) | (np.diff(quotes.ask) != 0)
    change = abs(bids) + abs(asks)
    changes = np.diff(quotes.mid)
    moves = np.flatnonzero(changes)
    coming = np.searchsorted(moves, np.arange(len(quotes.row)))  # the next move of each state, if one comes
    told = np.flatnonzero(coming < len(moves))
    ahead = np.sign(changes[moves[coming[told]]])
    new_bids = quotes.bid_size[1:][np.diff(quotes.bid) != 0]
    new_asks = quotes.ask_size[1:][np.diff(quotes.ask) != 0]
    return {
        "size_only_share": mean(~moved),
        "size_change_mean": mean(change[~moved]),
        "size_change_1_share": mean(change[~moved] == 1),
        "size_up_share": mean((bids + asks)[~moved] > 0),
        "both_sides_share": mean((bids != 0) & (asks != 0)),
        "new_touch_log_size": mean(np.log(np.concatenate([new_bids, new_asks]))),
        "imbalance_next_move": correlation(quotes.imbalance[told], ahead) if len(told) >= STATES_MIN else NAN,
    }


def meetings(minute: Minute, prints: Prints, quotes: Quotes) -> dict[str, float]:
    """What prints do to the quote that they meet."""
    names = ("effective_spread", "print_of_touch_mean", "print_takes_touch_share", "impact_100ms")
    met = prints.quote >= 0
    if met.sum() < PRINTS_MIN:
        return dict.fromkeys(names, NAN)
    quote, sign, size = prints.quote[met], prints.sign[met], prints.size[met]
    before = quotes.mid[quote]
    shown = np.where(sign > 0, quotes.ask_size[quote], quotes.bid_size[quote])
    later_ns = prints.ts_ns[met] + IMPACT_NS
    later = quotes.mid[np.searchsorted(quotes.ts_ns, later_ns, "right") - 1]
    inside = later_ns < minute.start_ns + MINUTE_NS
    values = (
        mean(2 * abs(prints.price[met] - before)),
        mean(np.minimum(size / shown, 1)),
        mean(size >= shown),
        mean((sign * (later - before))[inside]),
    )
    return dict(zip(names, values, strict=True))


def features(minute: Minute) -> dict[str, dict[str, float]]:
    """Every number of one minute, by group and name, in an order that never changes."""
    quotes = quotes_of(minute)
    prints = prints_of(minute, quotes)
    return {
        "activity": activity(prints, quotes),
        "sizes": sizes(prints),
        "prices": prices(minute, prints, quotes),
        "signs": signs(prints),
        "queues": queues(quotes),
        "updates": updates(quotes),
        "meetings": meetings(minute, prints, quotes),
    }
