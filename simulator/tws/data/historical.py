"""One client's historical bars, and those that are kept up to date."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final

from simulator.tws.data import hours
from simulator.tws.data.asking import denied, resolve
from simulator.tws.data.bars import NO_TRADES, WHATS, What
from simulator.tws.data.contracts import CONTINUOUS, EXCHANGE, Listed
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.limits import SMALL_BAR_S
from simulator.tws.data.played import Sample
from simulator.tws.data.source import DataDesk
from simulator.tws.data.spans import LEGAL_SIZES, MOST_DAYS, BarSize, Duration, bar_size, duration, stretches
from simulator.tws.market_notices import Bar, HistoricalData, HistoricalDataUpdate
from simulator.tws.moments import in_chicago, read_moment
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import ReqHistoricalData
from system.domain.settings import DAY_S, SECOND_NS

TEXT, EPOCH = 1, 2
LONGEST: Final = Duration(1, "M")  # that a bar can be
ONE_SECOND_MOST_S: Final = 2_000
FIVE_S: Final = 5  # how often a bar is kept up to date
OTHER_WHATS: Final = (
    *("ADJUSTED_LAST", "HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY", "REBATE_RATE", "FEE_RATE"),
    *("YIELD_BID", "YIELD_ASK", "YIELD_BID_ASK", "YIELD_LAST", "SCHEDULE", "AGGTRADES"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request that can be served."""

    req_id: int
    listed: Listed
    what: What
    size: BarSize
    length: Duration
    use_rth: bool
    format_date: int
    end_ns: int
    warning: Error | None


def read(desk: DataDesk, request: ReqHistoricalData, now_ns: int) -> Query | Error:
    """What is asked for, or the error that says what is wrong with it."""
    req_id = request.req_id
    size, length = bar_size(request.bar_size), duration(request.duration)
    what = next((name for name in WHATS if name == request.what.upper()), None)
    error = _check(request, size, length, what)
    if error is not None:
        return error
    assert size is not None and length is not None  # noqa: PT018
    listed = resolve(desk, req_id, request.contract, now_ns, history=True, expired=request.include_expired)
    if isinstance(listed, Error):
        return listed
    if what is None:
        return refusal(req_id, "no_history", listed.local_symbol, EXCHANGE, request.what.capitalize())
    end_ns, warning = now_ns + 1, None  # what has just been played is part of it
    if request.end.strip():
        if request.contract.sec_type.upper() == CONTINUOUS:
            return refusal(req_id, "continuous_end")
        moment = read_moment(request.end, now_ns)
        if moment is None:
            return refusal(req_id, "bad_time")
        end_ns = min(moment.ts_ns, end_ns)
        warning = refusal(req_id, "no_zone") if moment.implied else None
    return Query(
        req_id=req_id,
        listed=listed,
        what=what,
        size=size,
        length=length,
        use_rth=request.use_rth,
        format_date=request.format_date,
        end_ns=end_ns,
        warning=warning,
    )


def _check(
    request: ReqHistoricalData, size: BarSize | None, length: Duration | None, what: What | None
) -> Error | None:
    cause = _cause(request, size, length)
    if cause is None and what is None and request.what.upper() not in OTHER_WHATS:
        cause = "What to show field is missing or incorrect."
    if cause is not None:
        return invalid(request.req_id, cause)
    assert size is not None and length is not None  # noqa: PT018
    if size.seconds == 1 and length.seconds > ONE_SECOND_MOST_S:
        return refusal(request.req_id, "history_step", 1)
    return None


def _cause(request: ReqHistoricalData, size: BarSize | None, length: Duration | None) -> str | None:
    """What is wrong with the words of a request, if anything."""
    if size is None:
        return f"Historical data bar size setting is invalid. Legal ones are: {LEGAL_SIZES}"
    if length is None:
        return f"Historical data query duration string is invalid: {request.duration}"
    if length.unit == "S" and length.number > DAY_S:
        return f"Historical data requests for durations longer than {DAY_S} seconds must be made in days."
    if length.unit == "D" and length.number > MOST_DAYS:
        return f"Historical data requests for durations longer than {MOST_DAYS} days must be made in years."
    if request.format_date not in (TEXT, EPOCH):
        return f"Date formatting selection of {request.format_date} rejected"
    if request.keep_up_to_date:
        if request.end.strip():
            return "End date is not supported for updating historical data"
        if size.unit == "seconds" and size.seconds < FIVE_S:
            return f"Bar size {request.bar_size} is not supported for updating historical data"
    return None


def told(desk: DataDesk, query: Query) -> list[Bar]:
    """The bars of a query, with times as it wants them."""
    kept = stretches(desk.history.days(), query.length, query.end_ns, use_rth=query.use_rth)
    out = []
    for stretch in kept:
        start_ns = _whole(query, stretch.day, stretch.start_ns)
        raw = desk.history.bars(stretch.day, query.what, query.size.seconds, start_ns, stretch.stop_ns)
        if query.size.unit == "seconds":
            out += [bar.told(_time(begin_ns, query.format_date)) for begin_ns, bar in raw]
        else:
            out += [bar.told(f"{stretch.day.session.day:%Y%m%d}") for _, bar in raw]
    if query.size.unit == "week":
        return _joined(out, _week)
    return _joined(out, _month) if query.size.unit == "month" else out


def _whole(query: Query, day: hours.Day, ts_ns: int) -> int:
    """Where the bar begins that `ts_ns` lies in."""
    open_ns, size_ns = day.session.open_ns, query.size.seconds * SECOND_NS
    begin_ns = open_ns + (ts_ns - open_ns) // size_ns * size_ns if size_ns else open_ns
    return max(begin_ns, day.rth_open_ns if query.use_rth else day.open_ns)


def _time(ts_ns: int, format_date: int) -> str:
    return in_chicago(ts_ns) if format_date == TEXT else str(ts_ns // SECOND_NS)


def _week(bar: Bar) -> tuple[int, int]:
    day = date(int(bar.time[:4]), int(bar.time[4:6]), int(bar.time[6:]))
    return day.isocalendar()[:2]


def _month(bar: Bar) -> tuple[int, int]:
    return int(bar.time[:4]), int(bar.time[4:6])


def _joined(bars: list[Bar], key: Callable[[Bar], tuple[int, int]]) -> list[Bar]:
    """Daily bars joined by week or month, each dated by the last of its days."""
    out = []
    for _, group in groupby(bars, key):
        days = list(group)
        has_trades = days[0].volume != NO_TRADES
        volume = sum(day.volume for day in days) if has_trades else NO_TRADES
        wap = round(sum(day.wap * day.volume for day in days) / volume, 3) if has_trades and volume else days[-1].wap
        out.append(
            Bar(
                time=days[-1].time,
                open=days[0].open,
                high=max(day.high for day in days),
                low=min(day.low for day in days),
                close=days[-1].close,
                volume=volume,
                wap=wap,
                count=sum(day.count for day in days) if has_trades else NO_TRADES,
            )
        )
    return out


class Historical:
    """All of a client's. A query is answered at once: there is one to cancel only where it is kept up to date."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self._kept: dict[int, Query] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def ask(self, request: ReqHistoricalData, now_ns: int) -> list[Notice]:
        """The bars, or why there are none."""
        req_id = request.req_id
        if req_id in self._kept:
            return [refusal(req_id, "duplicate", " for API historical data query")]
        query = read(self._desk, request, now_ns)
        if isinstance(query, Error):
            return [query]
        error = denied(self._desk, req_id, "history_rights") or self._pace(request, query, now_ns)
        if error is not None:
            return [error]
        warnings: list[Notice] = [] if query.warning is None else [query.warning]
        bars = told(self._desk, query)
        if not bars:
            name = query.what.capitalize()
            return [*warnings, refusal(req_id, "no_history", query.listed.local_symbol, EXCHANGE, name)]
        if request.keep_up_to_date:
            self._kept[req_id] = query
            self._desk.watchers += 1
        start_ns = query.end_ns - query.length.seconds * SECOND_NS
        told_all = HistoricalData(
            req_id=req_id, start=in_chicago(max(0, start_ns)), end=in_chicago(query.end_ns), bars=tuple(bars)
        )
        return [*warnings, told_all]

    def _pace(self, request: ReqHistoricalData, query: Query, now_ns: int) -> Error | None:
        if query.size.unit != "seconds" or query.size.seconds > SMALL_BAR_S:
            return None
        words = request.end, request.bar_size, request.duration, request.use_rth, request.keep_up_to_date
        same = query.listed.con_id, query.what, *words
        weight = 2 if query.what == "BID_ASK" else 1
        allowed = self._desk.pacing.allows(same, (query.listed.con_id, query.what), weight, now_ns)
        return None if allowed else refusal(query.req_id, "history_pacing")

    def cancel(self, req_id: int) -> list[Notice]:
        """Stop keeping a query up to date."""
        if self._kept.pop(req_id, None) is None:
            return [refusal(req_id, "unknown_history", req_id)]
        self._desk.watchers -= 1
        return [refusal(req_id, "history_canceled", req_id)]

    def close(self) -> None:
        """Forget all."""
        self._desk.watchers -= len(self)
        self._kept.clear()

    def sample(self, sample: Sample, out: list[Notice]) -> None:
        """Add the bars in hand, each five seconds of trading."""
        if not sample.bar:
            return
        for query in self._kept.values():
            bar = _in_hand(self._desk, query, sample.at_ns)
            if bar is not None:
                out.append(HistoricalDataUpdate(req_id=query.req_id, bar=bar))


def _in_hand(desk: DataDesk, query: Query, at_ns: int) -> Bar | None:
    """The bar that ends at `at_ns` or lies around it."""
    day = hours.at(at_ns - 1)
    start_ns, stop_ns = (day.rth_open_ns, day.rth_close_ns) if query.use_rth else (day.open_ns, day.close_ns)
    if not start_ns < at_ns <= stop_ns:
        return None
    if query.size.unit == "seconds":
        raw = desk.history.bars(day, query.what, query.size.seconds, _whole(query, day, at_ns - 1), at_ns)
        return raw[0][1].told(_time(raw[0][0], query.format_date)) if raw else None
    bars = told(desk, replace(query, length=LONGEST, end_ns=at_ns))
    return bars[-1] if bars else None
