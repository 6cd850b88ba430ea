"""The what-if order through the client and the mock TWS: asked, answered, never placed."""

import pytest

from simulator.tws.requests import PlaceOrder
from tests.live.market import a_quiet_world
from tests.live.stage import Live, live

pytestmark = pytest.mark.trio


def answers(it: Live) -> list[dict[str, int | str]]:
    return [dict(record.payload) for record in it.paper.records if record.kind == "margin"]


def of_first_order(kind: str, **settings: object) -> str:
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join([f'[[fault]]\nkind = "{kind}"\nof = "PlaceOrder"\nmessage = 1', *lines])


async def test_tws_says_that_the_account_can_carry_an_entry_and_nothing_is_placed(autojump_clock: object) -> None:
    async with live(checks_margin=True) as it:
        await it.ready()
        (answer,) = answers(it)
        assert answer["known"]
        assert 0 < int(answer["initial_cents"]) < int(answer["equity_cents"])
        assert [asked.terms.what_if for asked in it.heard(PlaceOrder)] == [True]
        assert (it.resting, it.orders.foreign_orders) == ({}, ())
        await it.enter()
        assert it.placed == [1, 2, 3, 4], "the question has spent an id"
        assert len(answers(it)) == 1


async def test_an_account_that_cannot_gets_no_entries(autojump_clock: object) -> None:
    mock = a_quiet_world()
    for account in mock.desk._office.accounts.values():
        account.cash_cents = 100_00
    async with live(mock, checks_margin=True) as it:
        await it.settle(90)
        assert [int(answer["equity_cents"]) for answer in answers(it)] == [97_75] * 2, "its commission off"
        assert it.why_halted.startswith("an entry would need")
        assert it.ears.alerts() == ["margin"]
        await it.signal(1)
        assert it.ears.signals[-1][1] == "halted"
        assert it.resting == {}


async def test_f03_an_answer_that_does_not_come_is_none(autojump_clock: object) -> None:
    plan = '[[fault]]\nkind = "drop"\nof = "OpenOrder"\nmessage = 1\n'
    async with live(plan=plan, checks_margin=True) as it:
        await it.until(lambda: answers(it), 60)
        assert [answer["known"] for answer in answers(it)] == [0]
        assert it.why_halted == "whether the account can carry an entry is not known: TWS did not say"
        await it.ready(61)
        assert [answer["known"] for answer in answers(it)] == [0, 1]


async def test_f18_a_refusal_is_told_in_tws_words(autojump_clock: object) -> None:
    plan = of_first_order("error", code=321, text='"Read-Only"', instead="true")
    async with live(plan=plan, checks_margin=True) as it:
        await it.until(lambda: answers(it), 60)
        assert answers(it) == [{"known": 0, "initial_cents": 0, "equity_cents": 0, "text": "321 Read-Only"}]
        assert it.wiring.risk.halted == ""


async def test_f01_an_error_beside_a_good_answer_changes_nothing(autojump_clock: object) -> None:
    async with live(plan=of_first_order("error", code=10349, text='"TIF"'), checks_margin=True) as it:
        await it.ready()
        assert [answer["known"] for answer in answers(it)] == [1]
