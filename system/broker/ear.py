"""What TWS says on one connection, message by message in the order of the wire, as the core's records.

It stands in the place of ib_insync's decoder, and lets that take apart the two messages that are long. The library's
own state (trades, tickers) is not kept: it takes any error about an order for its cancel. Layouts: the library's
decoder, server versions 157 to 176. A message that cannot be read becomes a record that says so.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from ib_insync.decoder import Decoder

from system.broker.asked import ADVISORY, Asked
from system.broker.samples import HALTED, RT_VOLUME, Samples
from system.broker.terms import ID_MAX, PERM_ID_MAX, SIDES, contracts, order_id, signed, terms_of, ticks, touch, whole
from system.broker.what_if import margin_cents
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.road import BadDataTold, QuoteTold, Record, TradeTold
from system.domain.settings import SECOND_NS

OTHERS: Final = frozenset(range(1, 108))  # messages that TWS is known to send
TEXT_MAX: Final = 200
WORDS_MAX: Final = 1000  # of TWS's own: a reason may be at their end
CODES_MAX: Final = 20
ORDER_AT: Final = {"3": 1, "5": 1, "11": 2}  # the field with an order's id
OF_THE_LINK: Final = frozenset({1100, 1101, 1102, 1300})  # whatever id comes with it
SECONDS_MAX: Final = 1 << 33
USD_MAX: Final = 1e6
UNREADABLE: Final = (  # what a message can be at its worst: too short, no number, of no kind that there is
    *(ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, StopIteration),
)


class Ear:
    """`serverVersion` and `interpret` are what the library calls. Answers to questions go to `asked`."""

    def __init__(self, generation: int, now_ns: Callable[[], int], say: Callable[[Record], None], asked: Asked) -> None:
        self.con_id = 0  # of what is traded, once it is known
        self.streams: dict[int, str] = {}  # by request id
        self.samples: dict[int, Samples] = {}  # of those that are sampled
        self.codes: list[int] = []  # told so far about no request of ours, the first few
        self._generation = generation
        self._now_ns = now_ns
        self._say = say
        self._asked = asked
        self._decoder: Any = Decoder(self, 0)  # type: ignore[arg-type] # it only calls
        self._flowing: set[str] = set()  # streams that have ticked in the packet in hand
        self._handlers: dict[int, Callable[[list[str]], None]] = {
            1: lambda fields: self._sample(fields).price(fields[3], fields[4], fields[5]),
            2: lambda fields: self._sample(fields).size(fields[3], fields[4]),
            3: self._order_status,
            4: self._error,
            5: self._open_order,
            9: self._next_valid_id,
            10: self._decoder.contractDetails,
            11: self._execution,
            17: self._decoder.historicalData,
            45: self._generic_tick,
            46: self._string_tick,
            49: self._current_time,
            52: lambda fields: asked.end_contract(int(fields[2])),
            53: lambda _: asked.end_open_orders(),
            55: lambda fields: asked.end_executions(int(fields[2])),
            58: self._data_type,
            59: self._commission,
            71: self._position,
            72: lambda fields: asked.end_positions(int(fields[2])),
            99: self._tick_by_tick,
        }

    @property
    def serverVersion(self) -> int:  # noqa: N802 - the library's name
        """As agreed in the greeting."""
        version: int = self._decoder.serverVersion
        return version

    @serverVersion.setter
    def serverVersion(self, version: int) -> None:  # noqa: N802 - the library's name
        self._decoder.serverVersion = version

    def interpret(self, fields: list[str]) -> None:
        """Take one message. One that cannot be read might have been part of any answer."""
        try:
            handler = self._handlers.get(int(fields[0]))
            if handler is not None:
                handler(fields)
            elif int(fields[0]) not in OTHERS:
                self._bad(f"message {fields[0]} is not known")
        except UNREADABLE as error:
            self._asked.doubt()
            self._bad(f"message {fields[0] if fields else ''}: {type(error).__name__}: {error}")
            self._doubt_order(fields)

    def _doubt_order(self, fields: list[str]) -> None:
        """What was said of an order is not known: an error about it has the broker asked."""
        at = ORDER_AT.get(fields[0], len(fields)) if fields else 0
        with suppress(ValueError):
            if at < len(fields):
                about = order_id(fields[at])
                self._say(order.ErrorTold(**self._stamp, order_id=about, code=0, text="told what cannot be read"))

    def rest(self) -> None:
        """The packet is over. What it said of sampled quotes is one quote."""
        for req_id, samples in self.samples.items():
            quote = samples.quote()
            if quote is not None and self.streams.get(req_id) == "BidAsk":
                bid, ask, bid_size, ask_size = quote
                self._flow("BidAsk")
                self._say(QuoteTold(**self._stamp, bid_ticks=bid, ask_ticks=ask, bid_size=bid_size, ask_size=ask_size))
        self._flowing.clear()

    def _bad(self, text: str) -> None:
        self._say(BadDataTold(now_ns=self._now_ns(), generation=self._generation, text=text[:TEXT_MAX]))

    @property
    def _stamp(self) -> dict[str, int]:
        return {"now_ns": self._now_ns(), "generation": self._generation}

    # the market

    def _tick_by_tick(self, fields: list[str]) -> None:
        stream = self.streams.get(int(fields[1]))
        if stream is None:
            return  # a remainder of a request that has been taken back
        kind = fields[2]
        if kind == "3":
            self._quote(stream, fields)
        elif kind in ("1", "2"):
            price, size = ticks(float(fields[4])), contracts(float(fields[5]))
            if not price:
                raise ValueError(f"a trade at {fields[4]}")
            self._flow(stream)
            self._say(TradeTold(**self._stamp, price_ticks=price, size=size))
        else:
            raise ValueError(f"tick-by-tick of kind {kind}")

    def _sample(self, fields: list[str]) -> Samples:
        """What is known of the sampled stream that a message is about; of one that was taken back it is thrown away."""
        return self.samples.get(int(fields[2])) or Samples()

    def _string_tick(self, fields: list[str]) -> None:
        req_id = int(fields[2])
        if int(fields[3]) == RT_VOLUME and self.streams.get(req_id) == "Last":
            trade = self._sample(fields).trade(fields[4])
            if trade is not None:
                self._flow("Last")
                self._say(TradeTold(**self._stamp, price_ticks=trade[0], size=trade[1]))

    def _generic_tick(self, fields: list[str]) -> None:
        """Whether trading is halted: 0 no, 1 and 2 yes, -1 not known."""
        if int(fields[2]) in self.samples and fields[3] == HALTED and (halted := float(fields[4])) >= 0:
            self._say(link.MarketHalted(**self._stamp, is_halted=halted > 0))

    def _flow(self, stream: str) -> None:
        """Say that a stream flows, once a packet, before the tick that proves it: that one may be acted on."""
        if stream not in self._flowing:
            self._flowing.add(stream)
            self._say(link.DataFlowing(**self._stamp, stream=stream))

    def _quote(self, stream: str, fields: list[str]) -> None:
        """A quote; one that cannot be read still ends the one before it, as a quote with a side missing does (S11)."""
        try:
            (bid, bid_size), (ask, ask_size) = touch(fields[4], fields[6]), touch(fields[5], fields[7])
        except UNREADABLE:
            self._say(QuoteTold(**self._stamp, bid_ticks=0, ask_ticks=0, bid_size=0, ask_size=0))
            raise
        self._flow(stream)
        self._say(QuoteTold(**self._stamp, bid_ticks=bid, ask_ticks=ask, bid_size=bid_size, ask_size=ask_size))

    def _data_type(self, fields: list[str]) -> None:
        """Delayed or frozen data is never traded on (F46)."""
        if fields[3] != "1" and (stream := self.streams.get(int(fields[2]))):
            text = f"market data of type {fields[3]}: not live"
            self._say(link.StreamRefused(**self._stamp, stream=stream, code=10167, text=text))

    def historicalData(self, req_id: int, bar: Any) -> None:  # noqa: N802 - the decoder calls it so
        """A bar of an answer."""
        self._asked.bar(req_id, bar)

    def historicalDataEnd(self, req_id: int, _start: str, _end: str) -> None:  # noqa: N802 - the decoder calls it so
        """The answer is complete."""
        self._asked.end_bars(req_id)

    def contractDetails(self, req_id: int, details: Any) -> None:  # noqa: N802 - the decoder calls it so
        """A contract of an answer."""
        self._asked.contract(req_id, details)

    # orders

    def _order_status(self, fields: list[str]) -> None:
        self._say(
            order.StatusTold(
                **self._stamp,
                order_id=whole(fields[1], ID_MAX),
                status=fields[2],
                filled=contracts(float(fields[3])),
                remaining=contracts(float(fields[4])),
                perm_id=whole(fields[6], PERM_ID_MAX),
                client_id=whole(fields[9], ID_MAX),
            )
        )

    def _open_order(self, fields: list[str]) -> None:
        """One in another contract is not ours to read."""
        if int(fields[2]) == self.con_id:
            self._decoder.openOrder(fields)

    def openOrder(self, _order_id: int, _contract: Any, told: Any, state: Any) -> None:  # noqa: N802 - as above
        """An open order, asked for or not."""
        if told.whatIf:
            self._asked.margin(told.orderId, *margin_cents(state))
            return
        record = order.OpenOrderTold(
            **self._stamp,
            client_id=told.clientId,
            perm_id=told.permId,
            terms=terms_of(told),
            status=state.status,
        )
        self._say(record)
        self._asked.open_order(record)

    def _execution(self, fields: list[str]) -> None:
        if int(fields[3]) != self.con_id:
            return
        now_ns = self._now_ns()
        record = order.ExecutionTold(
            now_ns=now_ns,
            generation=self._generation,
            client_id=whole(fields[22], ID_MAX),
            order_id=whole(fields[2], ID_MAX),
            perm_id=whole(fields[21], PERM_ID_MAX),
            ref=fields[26],
            exec_id=fields[14],
            side=SIDES[fields[18]],
            contracts=contracts(float(fields[19])),
            price_ticks=ticks(float(fields[20])),
            ts_ns=now_ns,
        )
        if not self._asked.execution(int(fields[1]), record):
            self._say(record)

    def _commission(self, fields: list[str]) -> None:
        usd = float(fields[3] or -1)
        cents = round(usd * 100) if 0 <= usd < USD_MAX and fields[4] == "USD" else None
        self._say(order.CommissionTold(**self._stamp, exec_id=fields[2], cents=cents))

    def _position(self, fields: list[str]) -> None:
        if int(fields[4]) == self.con_id:
            self._asked.position(int(fields[2]), fields[17], signed(float(fields[15])))

    # the rest

    def _next_valid_id(self, fields: list[str]) -> None:
        self._say(order.NextIdTold(**self._stamp, order_id=order_id(fields[2])))

    def _current_time(self, fields: list[str]) -> None:
        self._say(link.HeartbeatAnswered(**self._stamp, server_ns=whole(fields[2], SECONDS_MAX) * SECOND_NS))

    def _error(self, fields: list[str]) -> None:
        req_id, code, text = int(fields[2]), int(fields[3]), fields[4][:WORDS_MAX]
        if req_id < 0 or code in OF_THE_LINK:
            self.codes = [*self.codes, code][:CODES_MAX]
            self._say(link.CodeTold(**self._stamp, code=code, text=text))
        elif stream := self.streams.get(req_id):
            if code not in ADVISORY:
                self._say(link.StreamRefused(**self._stamp, stream=stream, code=code, text=text))
        elif not self._asked.refused(req_id, code, text):
            self._say(order.ErrorTold(**self._stamp, order_id=req_id, code=code, text=text))
