"""One client's market data: the board sampled four times a second, and each trade where asked for (RTVolume)."""

import re
from dataclasses import dataclass, field
from typing import Final

from simulator.tws.data import hours
from simulator.tws.data.asking import resolve
from simulator.tws.data.bars import TICK
from simulator.tws.data.board import Board
from simulator.tws.data.contracts import EXCHANGE, FUTURE, Listed
from simulator.tws.data.delayed import board_at
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.played import Played, Sample
from simulator.tws.data.source import DataDesk
from simulator.tws.market_notices import (
    MarketDataType,
    SnapshotEnd,
    TickGeneric,
    TickPrice,
    TickReqParams,
    TickSize,
    TickString,
)
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import ReqMktData
from system.domain.settings import SECOND_NS
from system.domain.ticks import TRADE

LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
TYPES: Final = (LIVE, FROZEN, DELAYED, DELAYED_FROZEN)
# what is shown: its tick type live and delayed
BID, ASK, LAST = (1, 66), (2, 67), (4, 68)
BID_SIZE, ASK_SIZE, LAST_SIZE, VOLUME = (0, 69), (3, 70), (5, 71), (8, 74)
HIGH, LOW, CLOSE, OPEN, LAST_TIME = (6, 72), (7, 73), (9, 75), (14, 76), (45, 88)
HALTED: Final = 49
RT_VOLUMES: Final = {233: 48, 375: 77}  # by generic tick, the tick type that tells it
LEGAL_GENERIC: Final = (  # of a future, as TWS lists them: a number, or either of two
    "100(Option Volume),101(Option Open Interest),105(Average Opt Volume),106(impvolat),165(Misc. Stats),"
    "221/220(Creditman Mark Price),225(Auction),232/221(Pl Price),233(RTVolume),236(inventory),258/47(Fundamentals),"
    "292(Wide_news),293(TradeCount),294(TradeRate),295(VolumeRate),318(LastRTHTrade),375(RTTrdVolume),411(rthistvol),"
    "456/59(IBDividends),460(Bond Factor Multiplier),577(EtfNavLast(navlast)),586(IPOHLMPRC),587(Pl Price Delayed),"
    "588(Futures Open Interest),595(Short-Term Volume X Mins),614(EtfNavMisc(high/low)),"
    "619(Creditman Slow Mark Price),623(EtfFrozenNavLast(fznavlast))"
)
GENERIC: Final = frozenset(re.findall(r"\b(\d+)(?=[/(])", LEGAL_GENERIC))
ABSENT: Final = -1.0
BBO_EXCHANGE: Final = "9c0001"
PERMISSIONS: Final = 3

Field = tuple[int, int]


@dataclass(slots=True)
class _Subscription:
    """One request, and what it was told last."""

    req_id: int
    data_type: int
    rt_volumes: tuple[int, ...] = ()
    told: dict[Field, float] = field(default_factory=dict)

    @property
    def delayed(self) -> bool:
        return self.data_type in (DELAYED, DELAYED_FROZEN)

    def tell(self, board: Board) -> list[Notice]:
        """What the board shows that is new."""
        out: list[Notice] = []
        sizes = board.bid_size, board.ask_size
        if self.data_type == FROZEN and sizes == (0, 0):
            sizes = board.final_sizes
        self._side(out, BID, BID_SIZE, board.bid_ticks, sizes[0])
        self._side(out, ASK, ASK_SIZE, board.ask_ticks, sizes[1])
        if board.last_ns:
            self._side(out, LAST, LAST_SIZE, board.last_ticks, board.last_size)
            if self._is_new(LAST_TIME, board.last_ns // SECOND_NS):
                out.append(
                    TickString(
                        req_id=self.req_id, tick_type=self._type(LAST_TIME), value=str(board.last_ns // SECOND_NS)
                    )
                )
        if board.volume:
            for name, ticks in ((HIGH, board.high_ticks), (LOW, board.low_ticks), (OPEN, board.open_ticks)):
                self._price(out, name, ticks)
        if board.last_ns and self._is_new(VOLUME, board.volume):
            out.append(TickSize(req_id=self.req_id, tick_type=self._type(VOLUME), size=board.volume))
        if board.close_known:
            self._price(out, CLOSE, board.close_ticks)
        return out

    def _type(self, name: Field) -> int:
        return name[self.delayed]

    def _is_new(self, name: Field, value: float) -> bool:
        if self.told.get(name) == value:
            return False
        self.told[name] = value
        return True

    def _price(self, out: list[Notice], name: Field, ticks: int) -> None:
        if self._is_new(name, ticks * TICK):
            out.append(TickPrice(req_id=self.req_id, tick_type=self._type(name), price=ticks * TICK))

    def _side(self, out: list[Notice], name: Field, size_name: Field, ticks: int, size: int) -> None:
        """A price with its size, or the size alone where the price stands."""
        price = ticks * TICK if size > 0 else ABSENT
        new_size = self._is_new(size_name, size)
        if self._is_new(name, price):
            out.append(TickPrice(req_id=self.req_id, tick_type=self._type(name), price=price, size=size, attributes=1))
        elif new_size:
            out.append(TickSize(req_id=self.req_id, tick_type=self._type(size_name), size=size))


class Quotes:
    """All of a client's. `data_type` is what it asked for last."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self.data_type = LIVE
        self._subscriptions: dict[int, _Subscription] = {}

    def __len__(self) -> int:
        return len(self._subscriptions)

    @property
    def req_ids(self) -> list[int]:
        return list(self._subscriptions)

    @property
    def wants_trades(self) -> bool:
        """Whether each trade is told."""
        return any(subscription.rt_volumes for subscription in self._subscriptions.values())

    def ask(self, request: ReqMktData, now_ns: int, lines: int = 0) -> list[Notice]:
        """Subscribe, or show a snapshot. `lines` are in use beside these."""
        generic = _generic(request.generic_ticks)
        error = self._refuse(request, generic, now_ns, lines)
        if error is not None:
            return [error]
        return self._begin(
            request, tuple(RT_VOLUMES[number] for number in generic or () if number in RT_VOLUMES), now_ns
        )

    def _refuse(self, request: ReqMktData, generic: list[int] | None, now_ns: int, lines: int) -> Error | None:
        req_id = request.req_id
        if req_id in self._subscriptions:
            return refusal(req_id, "duplicate", "")
        if generic is None:
            legal = f"Legal ones for ({FUTURE}) are: {LEGAL_GENERIC}"
            return invalid(req_id, f"Incorrect generic tick list of {request.generic_ticks}.  {legal}")
        if generic and request.snapshot:
            return invalid(req_id, "Snapshot market data subscription is not applicable to generic ticks")
        listed = resolve(self._desk, req_id, request.contract, now_ns)
        if isinstance(listed, Error):
            return listed
        if lines + len(self) >= self._desk.limits.lines:
            return refusal(req_id, "max_lines")
        return self._deny(req_id, listed)

    def _deny(self, req_id: int, listed: Listed) -> Error | None:
        wants_delayed = self.data_type in (DELAYED, DELAYED_FROZEN)
        match self._desk.limits.entitlement:
            case "live":
                return None
            case "competing":
                return refusal(req_id, "competing")
            case "delayed" if wants_delayed:
                return None
            case "none" if wants_delayed:
                return refusal(req_id, "no_delayed")
            case _:
                symbol = listed.instrument.symbol
                return refusal(req_id, "not_subscribed", f"{symbol} {listed.product.long_name}/{EXCHANGE}/TOP/ALL")

    def _begin(self, request: ReqMktData, rt_volumes: tuple[int, ...], now_ns: int) -> list[Notice]:
        req_id, live = request.req_id, self._desk.limits.entitlement == "live"
        data_type = self.data_type
        if live:
            frozen = data_type in (FROZEN, DELAYED_FROZEN) and not hours.is_open(now_ns)
            data_type = FROZEN if frozen else LIVE
        subscription = _Subscription(req_id, data_type, rt_volumes if live else ())
        out: list[Notice] = [] if live else [refusal(req_id, "delayed")]
        out += [
            TickReqParams(req_id=req_id, min_tick=TICK, bbo_exchange=BBO_EXCHANGE, snapshot_permissions=PERMISSIONS),
            MarketDataType(req_id=req_id, data_type=data_type),
        ]
        out += subscription.tell(self._board(subscription, now_ns))
        if live:
            out.append(self._halted(req_id))
        if request.snapshot:
            out.append(SnapshotEnd(req_id=req_id))
        else:
            self._subscriptions[req_id] = subscription
            self._desk.watchers += 1
        return out

    def _halted(self, req_id: int) -> Notice:
        return TickGeneric(req_id=req_id, tick_type=HALTED, value=float(self._desk.halted))

    def tell_halted(self) -> list[Notice]:
        """Whether trading is halted, to all who see live data."""
        return [self._halted(one.req_id) for one in self._subscriptions.values() if not one.delayed]

    def _board(self, subscription: _Subscription, now_ns: int) -> Board:
        desk = self._desk
        return board_at(desk.history, now_ns - desk.limits.delay_ns) if subscription.delayed else desk.board

    def cancel(self, req_id: int) -> list[Notice]:
        """Unsubscribe."""
        if self._subscriptions.pop(req_id, None) is None:
            return [refusal(req_id, "unknown_ticker", req_id)]
        self._desk.watchers -= 1
        return []

    def close(self) -> None:
        """Forget all."""
        self._desk.watchers -= len(self)
        self._subscriptions.clear()

    def sample(self, sample: Sample, out: list[Notice]) -> None:
        """Add what a sample shows; delayed data is looked at each second."""
        for subscription in self._subscriptions.values():
            if not subscription.delayed:
                out += subscription.tell(sample.board)
            elif sample.at_ns % SECOND_NS == 0:
                out += subscription.tell(self._board(subscription, sample.at_ns))

    def tell(self, played: Played, start: int, stop: int, out: list[Notice]) -> None:
        """Add the RTVolume of each trade among events [start, stop)."""
        wanted = [(each.req_id, kind) for each in self._subscriptions.values() for kind in each.rt_volumes]
        for i in range(start, stop):
            if played.kind[i] == TRADE and played.size[i] > 0:
                value = _rt_volume(played, i)
                out += [TickString(req_id=req_id, tick_type=kind, value=value) for req_id, kind in wanted]


def _rt_volume(played: Played, i: int) -> str:
    """`price;size;time in ms;volume;vwap;single`."""
    volume, price_size = played.sums[i]
    vwap = round(price_size * TICK / volume, 8)
    return f"{played.price[i] * TICK};{played.size[i]};{played.ts_ns[i] // 1_000_000};{volume};{vwap};true"


def _generic(text: str) -> list[int] | None:
    """The numbers of a list with commas; None where one is none that futures have."""
    words = [word.strip() for word in text.split(",") if word.strip() not in ("", "mdoff")]
    return [int(word) for word in words] if GENERIC.issuperset(words) else None
