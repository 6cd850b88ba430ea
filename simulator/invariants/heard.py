"""What the program has been told, kept apart from what it makes of it: proof that it may act on, and since when."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.road import Packet, QuoteTold, Record, TradeTold
from system.domain.settings import SECOND_NS

CUT: Final = frozenset({1100, 2110})
RESTORED: Final = frozenset({1101, 1102})
QUOTES_KEPT: Final = 4_000
LINK: Final = (
    *(link.Connected, link.ConnectionLost, link.DialFailed, link.HeartbeatAnswered, link.Verified, link.CodeTold),
)


@dataclass(slots=True, kw_only=True)
class Connection:
    """Proofs of one connection. Times are 0 where there is none; `answers` are those to questions asked since."""

    generation: int
    verified: bool = False
    cut: bool = False
    cut_ns: int = 0  # when it last was
    since_ns: int = 0  # answers count from here: it began, or was cut off and restored
    answers: dict[str, int] = field(default_factory=dict)
    probed_ns: int = 0  # the last question for the time
    proven_ns: int = 0  # the last one that was answered
    quote_ns: int = 0
    trade_ns: int = 0
    is_halted: bool = False

    @property
    def has_books(self) -> bool:
        """Whether orders, executions and position have been told in full."""
        return len(self.answers) == 3


ANSWERS: Final = {
    order.OpenOrdersAnswered: "orders",
    order.ExecutionsAnswered: "executions",
    order.PositionsAnswered: "positions",
}


class Heard:
    """Takes every packet that enters the road."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.quotes: deque[tuple[int, int, int]] = deque(maxlen=QUOTES_KEPT)  # time, bid, ask
        self.codes: list[int] = []
        self.last_ns = 0  # of the last packet of a connection
        self.floor_told = 0  # the highest first order id that a broker has named
        self.rolled_back = False

    def take(self, packet: Packet) -> None:
        """Record by record."""
        now_ns = packet.now_ns
        for record in packet.records:
            if isinstance(record, QuoteTold | TradeTold | link.DataFlowing | link.MarketHalted):
                self._market(record, now_ns)
            elif isinstance(record, LINK):
                self._link(record, now_ns)
            else:
                self._orders(record, now_ns)

    def _market(self, record: Record, now_ns: int) -> None:
        connection = self.connection
        match record:
            case QuoteTold():
                if connection is not None and record.bid_size > 0 and record.ask_size > 0:
                    connection.quote_ns = now_ns
                self.quotes.append((now_ns, record.bid_ticks, record.ask_ticks))
            case TradeTold():
                if connection is not None:
                    connection.trade_ns = now_ns
            case link.MarketHalted():
                if connection is not None:
                    connection.is_halted = record.is_halted
            case _:
                self.last_ns = now_ns

    def _link(self, record: Record, now_ns: int) -> None:
        connection = self.connection
        match record:
            case link.Connected():
                self.last_ns = now_ns
                self.connection = Connection(
                    generation=record.generation, since_ns=now_ns, cut=bool(CUT & {*self.codes})
                )
                self.codes = []
            case link.ConnectionLost() | link.DialFailed():
                self.forget()
            case link.HeartbeatAnswered():
                self.last_ns = now_ns
                if connection is not None:
                    connection.proven_ns = connection.probed_ns
            case link.Verified():
                if connection is not None:
                    connection.verified = True
            case link.CodeTold():
                self._code(record.code, now_ns)
            case _:
                pass

    def _orders(self, record: Record, now_ns: int) -> None:
        connection = self.connection
        if isinstance(record, order.NextIdTold):
            self.rolled_back = self.rolled_back or record.order_id < self.floor_told
            self.floor_told = max(self.floor_told, record.order_id)
        is_answer = type(record) in ANSWERS and getattr(record, "known", False)
        if is_answer and connection is not None and not connection.cut:
            connection.answers[ANSWERS[type(record)]] = now_ns

    def _code(self, code: int, now_ns: int) -> None:
        connection = self.connection
        if connection is None:
            self.codes = [*self.codes[-20:], code]
            return
        if code in CUT:
            connection.cut, connection.cut_ns = True, now_ns
        elif code in RESTORED:
            connection.cut = False
            connection.since_ns, connection.answers = now_ns, {}

    def forget(self) -> None:
        """The process is gone."""
        self.connection, self.codes = None, []


def stale(connection: Connection | None, now_ns: int, opened_ns: int, stall_ns: int) -> str:
    """What is not proven of a connection that is to carry an entry, or nothing."""
    if connection is None:
        return "there is no connection"
    facts = {
        "the account is not verified": connection.verified,
        # What was decided at a tick lies before the news on the road: it cannot know of what is heard behind it.
        "TWS is cut off": not connection.cut or connection.cut_ns == now_ns,
        "the books were not told in full": connection.has_books,
        "the market is halted": not connection.is_halted,
        "no quotes": connection.quote_ns >= opened_ns and now_ns - connection.quote_ns <= stall_ns,
        "no trades": connection.trade_ns >= opened_ns and now_ns - connection.trade_ns <= stall_ns,
        f"the last answered probe is {(now_ns - connection.proven_ns) / SECOND_NS:.1f} s old": (
            now_ns - connection.proven_ns <= 4 * SECOND_NS
        ),
    }
    return next((words for words, is_proven in facts.items() if not is_proven), "")
