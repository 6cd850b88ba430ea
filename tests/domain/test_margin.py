"""The margin of an entry: known good, once a session, or no entries."""

from datetime import date
from itertools import pairwise

import pytest

from system.domain.margin import ASKS_MAX, HOUR_NS, RETRY_NS, Margin
from system.domain.order_events import AskMargin, MarginAnswered, MarginAsked, Place
from tests.domain.order_pit import Pit
from tests.domain.tape import NOON, S

TODAY, TOMORROW = date(2024, 6, 5), date(2024, 6, 6)


def answer(**fields: object) -> MarginAnswered:
    usual = {"now_ns": NOON, "generation": 1, "known": True, "initial_cents": 1_000, "equity_cents": 1_000}
    return MarginAnswered(**(usual | fields))  # type: ignore[arg-type]


def test_it_is_asked_once_a_session() -> None:
    margin = Margin()
    assert margin.is_due(NOON, TODAY)
    assert margin.why_shut(TODAY) == "whether the account can carry an entry is not known yet"
    margin = margin.asked(NOON).answered(answer(), TODAY)
    assert margin.why_shut(TODAY) == ""
    assert not margin.is_due(NOON + HOUR_NS, TODAY)
    assert margin.is_due(NOON + HOUR_NS, TOMORROW)
    assert margin.why_shut(TOMORROW)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"known": False}, "whether the account can carry an entry is not known: TWS did not say"),
        ({"known": False, "text": "201 no"}, "whether the account can carry an entry is not known: 201 no"),
        (
            {"initial_cents": 1_500_001, "equity_cents": 1_500_000},
            "an entry would need 15,000.01 of initial margin, the equity with loan value is 15,000.00",
        ),
    ],
)
def test_f03_silence_a_refusal_and_too_little_shut_entries(told: dict[str, object], why: str) -> None:
    margin = Margin().asked(NOON).answered(answer(**told), TODAY)
    assert margin.why_shut(TODAY) == why
    assert margin.good_for is None


def test_f19_it_is_asked_again_once_a_minute_and_so_many_times_in_an_hour() -> None:
    margin, asked = Margin(), []
    for now_ns in range(NOON, NOON + 2 * HOUR_NS, S):
        if margin.is_due(now_ns, TODAY):
            margin = margin.asked(now_ns).answered(answer(known=False), TODAY)
            asked.append(now_ns)
    assert len(asked) == 2 * ASKS_MAX
    assert min(later - earlier for earlier, later in pairwise(asked)) == RETRY_NS
    assert len(margin.asked_ns) <= ASKS_MAX


# the order brain


def asks(pit: Pit) -> list[AskMargin]:
    return [told for told in pit.feed(MarginAsked(now_ns=0, contracts=2)) if isinstance(told, AskMargin)]


def test_f12_the_question_spends_an_order_id_for_ever() -> None:
    pit = Pit()
    pit.link()
    assert asks(pit) == [AskMargin(order_id=1, contracts=2)]
    pit.enter()
    (place,) = [told for told in pit.said if isinstance(told, Place)]
    assert [order.order_id for order in place.orders] == [2, 3, 4]
    pit.restart()
    assert pit.state.next_id == 5


def test_nothing_is_asked_without_books_or_while_anything_is_under_way() -> None:
    pit = Pit()
    assert asks(pit) == []
    pit.link()
    pit.enter()
    assert asks(pit) == []
    pit.fill("entry")
    assert asks(pit) == []
