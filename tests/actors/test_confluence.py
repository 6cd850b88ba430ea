"""What is not a tick and still moves the decisions."""

from system.actors.confluence import ConfluenceActor
from system.domain.instrument import ContractMonth
from system.domain.road import ContractTold, Packet, Record, SignalTold, Ticks
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, TRADE, batch_of
from tests.actors.stage import SETTINGS
from tests.domain.tape import NOON


def trades(actor: ConfluenceActor, second: int, price: int, count: int = 6) -> list[SignalTold]:
    """So many buys at a price, a second apart; the signals that they give."""
    found: list[Record] = []
    for now_ns in (NOON + (second + more) * SECOND_NS for more in range(count)):
        batch = batch_of(
            kind=[QUOTE, TRADE],
            ts_ns=[now_ns, now_ns],
            price_ticks=[0, price],
            size=[0, 9],
            bid_ticks=[price - 1] * 2,
            ask_ticks=[price] * 2,
            bid_size=[5, 5],
            ask_size=[5, 5],
        )
        found += actor.take(Packet(now_ns=now_ns, records=(Ticks(now_ns=now_ns, batch=batch),))).records
    return [record for record in found if isinstance(record, SignalTold)]


def tell(actor: ConfluenceActor, second: int, month: ContractMonth) -> None:
    now_ns = NOON + second * SECOND_NS
    told = ContractTold(now_ns=now_ns, generation=1, month=month, con_id=1, local_symbol="ES")
    actor.take(Packet(now_ns=now_ns, records=(told,)))


def test_another_contract_begins_the_session_anew_and_the_same_one_does_not() -> None:
    june, september = ContractMonth(2024, 6), ContractMonth(2024, 9)
    actor = ConfluenceActor(SETTINGS, Calendar())
    tell(actor, 0, june)
    assert len(trades(actor, 1, 20_000)) == 1
    tell(actor, 10, june)  # a reconnect
    assert trades(actor, 11, 20_000) == []
    tell(actor, 20, september)
    (signal,) = trades(actor, 21, 20_400)
    assert signal.features[0] == 0, "VWAP knows the new contract's prices alone"
