"""F50: which month is traded, and how a contract is left for the next one's."""

from datetime import date

import pytest

from system.domain.instrument import ContractMonth
from system.domain.link_events import Abort, ContractLeft, Dial
from system.domain.link_state import Phase
from system.domain.order_events import ContractDone, PositionTold, RollAsked
from system.domain.roll import is_over, month_to_trade
from tests.domain.link_world import World
from tests.domain.order_pit import Pit

MARCH, JUNE = ContractMonth(2024, 3), ContractMonth(2024, 6)  # the third Friday of March was the 15th


@pytest.mark.parametrize(
    ("day", "held", "traded"),
    [
        (date(2024, 3, 6), None, MARCH),
        (date(2024, 3, 7), None, JUNE),
        (date(2024, 3, 7), MARCH, MARCH),
        (date(2024, 3, 15), MARCH, MARCH),  # its last day
        (date(2024, 3, 16), MARCH, JUNE),  # it has expired: nothing is held in it any more
        (date(2024, 3, 6), JUNE, JUNE),
    ],
)
def test_the_month_of_what_is_held_comes_before_the_front_month(
    day: date, held: ContractMonth | None, traded: ContractMonth
) -> None:
    assert month_to_trade(day, 8, held) == traded


def test_a_month_is_over_from_its_roll_date_on() -> None:
    assert [is_over(MARCH, date(2024, 3, day), 8) for day in (6, 7, 8)] == [False, True, True]


# the order brain


def done(pit: Pit) -> int:
    return len([told for told in pit.feed(RollAsked(now_ns=0)) if isinstance(told, ContractDone)])


def test_a_contract_is_done_only_when_nothing_is_held_and_nothing_may_fill() -> None:
    pit = Pit()
    assert done(pit) == 0  # without a connection nothing is known
    pit.link()
    assert done(pit) == 1
    pit.enter()
    assert done(pit) == 0
    pit.fill("entry")
    assert done(pit) == 0
    pit.fill("stop")
    pit.pass_s(20)
    assert done(pit) == 1


def test_a_contract_is_not_done_while_the_broker_still_tells_of_a_position() -> None:
    pit = Pit()
    pit.link()
    pit.broker.own = 1
    pit.pass_s(61)
    assert pit.state.told_contracts == 1
    assert done(pit) == 0


def test_a_close_is_not_sent_while_the_broker_says_that_nothing_is_there_to_close() -> None:
    """Closed by hand, or expired, while we were away: a market order would open a position."""
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.broker.own = 0
    for order in pit.broker.live():
        pit.broker.end(order)
    pit.pass_s(60)
    before = len(pit.placed())
    pit.close()
    pit.link()
    pit.pass_s(60)
    assert len(pit.placed()) == before
    assert pit.halts() == ["an inferred fill"]
    assert pit.state.book.position == 0


def test_a_position_that_the_broker_has_told_too_early_is_protected_all_the_same() -> None:
    """It may lag its fills by ten seconds (F54): within them the book is believed."""
    pit = Pit()
    pit.open()
    pit.pass_s(6)
    pit.feed(PositionTold(now_ns=0, generation=pit.broker.generation, contracts=0))
    pit.close()
    assert pit.placed()[-1].type == "MKT"


# the link


def test_a_connection_whose_contract_is_left_is_followed_by_another_at_once_and_is_no_failure() -> None:
    world = World().ready()
    before = world.state
    world.leave()
    assert world.all(Abort)[-1].generation == before.generation
    world.run(1)
    assert world.all(Dial)[-1].generation == before.generation + 1
    assert world.state.failures == 0
    world.until(Phase.READY, 60)
    world.tell(ContractLeft(**world.news(-1)))  # of the one before
    assert world.phase is Phase.READY
