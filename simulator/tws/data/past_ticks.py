"""Historical ticks: single trades, quotes or their middles of the events still kept."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.tws.data import hours
from simulator.tws.data.asking import denied, resolve
from simulator.tws.data.bars import TICK
from simulator.tws.data.contracts import EXCHANGE, Listed
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.source import NOTHING, DataDesk
from simulator.tws.market_notices import HistoricalTicksMid, HistoricalTicksQuote, HistoricalTicksTrade
from simulator.tws.moments import read_moment
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import ReqHistoricalTicks
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, TRADE

What = Literal["TRADES", "BID_ASK", "MIDPOINT"]
WHATS: Final[tuple[What, ...]] = ("TRADES", "BID_ASK", "MIDPOINT")
MOST: Final = 1_000

Array = npt.NDArray[Any]


def past_ticks(desk: DataDesk, request: ReqHistoricalTicks, now_ns: int) -> list[Notice]:
    """The ticks from a start on or up to an end, of one session.

    Whole seconds are told, so that there may be more ticks than were asked for.
    """
    req_id = request.req_id
    what = next((name for name in WHATS if name == request.what.upper()), None)
    if what is None:
        return [invalid(req_id, "What to show field is missing or incorrect.")]
    if not 0 < request.number <= MOST:
        return [invalid(req_id, f"Number of ticks must be from 1 to {MOST}")]
    if bool(request.start.strip()) == bool(request.end.strip()):
        return [invalid(req_id, "Either start or end time must be given, and not both")]
    listed = resolve(desk, req_id, request.contract, now_ns, history=True, expired=True)
    if isinstance(listed, Error):
        return [listed]
    moment = read_moment(request.start or request.end, now_ns)
    if moment is None:
        return [refusal(req_id, "bad_time")]
    error = denied(desk, req_id, "history_rights") or _pace(desk, request, listed, what, now_ns)
    if error is not None:
        return [error]
    warnings: list[Notice] = [refusal(req_id, "no_zone")] if moment.implied else []
    if request.start.strip():
        ticks = _from(desk, moment.ts_ns, request.number, what, use_rth=request.use_rth, ignore=request.ignore_size)
    else:
        ticks = _up_to(desk, moment.ts_ns, request.number, what, use_rth=request.use_rth, ignore=request.ignore_size)
    return [*warnings, _told(req_id, what, ticks)]


def _pace(desk: DataDesk, request: ReqHistoricalTicks, listed: Listed, what: What, now_ns: int) -> Error | None:
    same = listed.con_id, what, request.start, request.end, request.number, request.use_rth, request.ignore_size
    weight = 2 if what == "BID_ASK" else 1
    allowed = desk.pacing.allows(same, (listed.con_id, "ticks", what), weight, now_ns)
    return None if allowed else refusal(request.req_id, "history_pacing")


def _fitting(batch: Array, what: What, *, use_rth: bool) -> Array:
    kinds = batch["kind"]
    if what == "TRADES":
        fits = (kinds == TRADE) & (batch["size"] > 0)
    else:
        fits = (kinds == QUOTE) & (batch["bid_size"] > 0) & (batch["ask_size"] > 0)
    if use_rth:
        fits &= np.array([hours.rth(ts_ns) for ts_ns in batch["ts_ns"].tolist()], dtype=bool)
    kept: Array = batch[fits]
    return kept


def _new_only(ticks: Array, what: What, *, ignore: bool) -> Array:
    """Without quotes that change nothing of what is shown."""
    if what == "TRADES" or (what == "BID_ASK" and not ignore) or len(ticks) == 0:
        return ticks
    bid, ask = ticks["bid_ticks"], ticks["ask_ticks"]
    shown = (bid + ask)[:, None] if what == "MIDPOINT" else np.stack([bid, ask], axis=1)
    kept: Array = ticks[np.append([True], (shown[1:] != shown[:-1]).any(axis=1))]
    return kept


def _from(desk: DataDesk, start_ns: int, number: int, what: What, *, use_rth: bool, ignore: bool) -> Array:
    found = desk.history.since(start_ns)
    ticks = _joined((_fitting(batch, what, use_rth=use_rth) for batch in found), number, what, ignore=ignore)
    if len(ticks):
        ticks = ticks[: bisect_left(ticks["ts_ns"], hours.at(int(ticks["ts_ns"][0])).session.reopen_ns)]
    if len(ticks) <= number:
        return ticks
    last_s = ticks["ts_ns"][number - 1] // SECOND_NS
    kept: Array = ticks[ticks["ts_ns"] // SECOND_NS <= last_s]
    return kept


def _joined(parts: Iterable[Array], number: int, what: What, *, ignore: bool) -> Array:
    """Parts in the order of time, as many as are sure to hold `number` ticks and the rest of their last second."""
    kept: list[Array] = []
    ticks: Array = NOTHING
    for part in parts:
        kept.append(part)
        ticks = _new_only(np.concatenate(kept), what, ignore=ignore)
        if len(ticks) > number and ticks["ts_ns"][-1] // SECOND_NS > ticks["ts_ns"][number - 1] // SECOND_NS:
            break
    return ticks


def _up_to(desk: DataDesk, end_ns: int, number: int, what: What, *, use_rth: bool, ignore: bool) -> Array:
    kept: list[Array] = []
    ticks: Array = NOTHING
    for batch in desk.history.before(end_ns):
        kept.insert(0, _fitting(batch, what, use_rth=use_rth))
        ticks = _new_only(np.concatenate(kept), what, ignore=ignore)
        if len(ticks) > number and ticks["ts_ns"][0] // SECOND_NS < ticks["ts_ns"][-number] // SECOND_NS:
            break
    if len(ticks):
        ticks = ticks[bisect_left(ticks["ts_ns"], hours.at(int(ticks["ts_ns"][-1])).session.open_ns) :]
    if len(ticks) <= number:
        return ticks
    first_s = ticks["ts_ns"][-number] // SECOND_NS
    ticks = ticks[ticks["ts_ns"] // SECOND_NS >= first_s]
    return ticks


def _told(req_id: int, what: What, ticks: Array) -> Notice:
    if len(ticks) == 0:
        columns: list[list[int]] = [[], [], [], [], []]
    elif what == "TRADES":
        columns = [(ticks["ts_ns"] // SECOND_NS).tolist(), ticks["price_ticks"].tolist(), ticks["size"].tolist()]
    else:
        names = ("bid_ticks", "ask_ticks", "bid_size", "ask_size")
        columns = [(ticks["ts_ns"] // SECOND_NS).tolist(), *(ticks[name].tolist() for name in names)]
    if what == "TRADES":
        trades = tuple((at, price * TICK, size) for at, price, size in zip(*columns[:3], strict=True))
        return HistoricalTicksTrade(req_id=req_id, ticks=trades, exchange=EXCHANGE)
    rows = zip(*columns, strict=True)
    if what == "MIDPOINT":
        return HistoricalTicksMid(req_id=req_id, ticks=tuple((at, (b + a) * TICK / 2, 0) for at, b, a, _, _ in rows))
    quotes = tuple((at, b * TICK, a * TICK, bid_size, ask_size) for at, b, a, bid_size, ask_size in rows)
    return HistoricalTicksQuote(req_id=req_id, ticks=quotes)
