"""What TWS says on one connection, message by message in the order of the wire, as the core's records.

It stands in the place of ib_insync's decoder, and lets that take apart the two messages that are long. The library's
own state (trades, tickers) is not kept: it takes any error about an order for its cancel. Layouts: the library's
decoder, server versions 157 to 176. A message that cannot be read becomes a record that says so.
"""

from collections.abc import Callable
from typing import Any, Final

from ib_insync.decoder import Decoder

from system.broker.asked import Asked
from system.broker.terms import SIDES, UNSET, contracts, terms_of, ticks
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.road import BadDataTold, QuoteTold, Record, TradeTold
from system.domain.settings import SECOND_NS

OTHERS: Final = frozenset(range(1, 108))  # messages that TWS is known to send
ADVISORY: Final = frozenset({10090, *range(2100, 2200)})  # about a stream, and it goes on
TEXT_MAX: Final = 200
CODES_MAX: Final = 20


class Ear:
    """`serverVersion` and `interpret` are what the library calls. Answers to questions go to `asked`."""

    def __init__(self, generation: int, now_ns: Callable[[], int], asked: Asked) -> None:
        self.records: list[Record] = []
        self.con_id = 0  # of what is traded, once it is known
        self.streams: dict[int, str] = {}  # by request id
        self.codes: list[int] = []  # told so far about no request of ours, the first few
        self._generation = generation
        self._now_ns = now_ns
        self._asked = asked
        self._decoder: Any = Decoder(self, 0)  # type: ignore[arg-type] # it only calls
        self._flowing: set[str] = set()  # streams that have ticked in the packet in hand
        self._handlers: dict[int, Callable[[list[str]], None]] = {
            3: self._order_status,
            4: self._error,
            5: self._decoder.openOrder,
            9: self._next_valid_id,
            10: self._decoder.contractDetails,
            11: self._execution,
            17: self._decoder.historicalData,
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
        """Take one message."""
        try:
            handler = self._handlers.get(int(fields[0]))
            if handler is not None:
                handler(fields)
            elif int(fields[0]) not in OTHERS:
                self._bad(f"message {fields[0]} is not known")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
            self._bad(f"message {fields[0] if fields else ''}: {type(error).__name__}: {error}")

    def take(self) -> tuple[Record, ...]:
        """What has been said since this was last asked."""
        self._flowing.clear()
        records, self.records = tuple(self.records), []
        return records

    def _say(self, record: Record) -> None:
        self.records.append(record)

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
        now_ns, kind = self._now_ns(), fields[2]
        if kind == "3":
            bid, ask = ticks(float(fields[4])), ticks(float(fields[5]))
            bid_size, ask_size = contracts(float(fields[6])), contracts(float(fields[7]))
            told: Record = QuoteTold(
                now_ns=now_ns,
                generation=self._generation,
                bid_ticks=bid,
                ask_ticks=ask,
                bid_size=bid_size if bid else 0,
                ask_size=ask_size if ask else 0,
            )
        elif kind in "12":
            price, size = ticks(float(fields[4])), contracts(float(fields[5]))
            if not price:
                raise ValueError(f"a trade at {fields[4]}")
            told = TradeTold(now_ns=now_ns, generation=self._generation, price_ticks=price, size=size)
        else:
            raise ValueError(f"tick-by-tick of kind {kind}")
        if stream not in self._flowing:  # before the tick that proves it: that one may be acted on
            self._flowing.add(stream)
            self._say(link.DataFlowing(now_ns=now_ns, generation=self._generation, stream=stream))
        self.records.append(told)

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
                order_id=int(fields[1]),
                status=fields[2],
                filled=contracts(float(fields[3])),
                remaining=contracts(float(fields[4])),
                perm_id=int(fields[6]),
                client_id=int(fields[9]),
            )
        )

    def openOrder(self, _order_id: int, contract: Any, told: Any, state: Any) -> None:  # noqa: N802 - as above
        """An open order, asked for or not."""
        if contract.conId != self.con_id:
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
            client_id=int(fields[22]),
            order_id=int(fields[2]),
            perm_id=int(fields[21]),
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
        cents = round(usd * 100) if 0 <= usd < UNSET else None
        self._say(order.CommissionTold(**self._stamp, exec_id=fields[2], cents=cents))

    def _position(self, fields: list[str]) -> None:
        if int(fields[4]) == self.con_id:
            self._asked.position(int(fields[2]), int(float(fields[15])))

    # the rest

    def _next_valid_id(self, fields: list[str]) -> None:
        self._say(order.NextIdTold(**self._stamp, order_id=int(fields[2])))

    def _current_time(self, fields: list[str]) -> None:
        self._say(link.HeartbeatAnswered(**self._stamp, server_ns=int(fields[2]) * SECOND_NS))

    def _error(self, fields: list[str]) -> None:
        req_id, code, text = int(fields[2]), int(fields[3]), fields[4]
        if req_id < 0:
            self.codes = [*self.codes, code][:CODES_MAX]
            self._say(link.CodeTold(**self._stamp, code=code, text=text))
        elif stream := self.streams.get(req_id):
            if code not in ADVISORY:
                self._say(link.StreamRefused(**self._stamp, stream=stream, code=code, text=text))
        elif not self._asked.refused(req_id, code, text):
            self._say(order.ErrorTold(**self._stamp, order_id=req_id, code=code, text=text))
