"""The what-if order through the client and the mock TWS: asked, answered, never placed."""

import pytest

from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.world import World
from tests.live.stage import Live, live
from tests.tws.talk import a_world

pytestmark = pytest.mark.trio


def answers(it: Live) -> list[dict[str, int | str]]:
    return [dict(record.payload) for record in it.paper.records if record.kind == "margin"]


def failing(plan: str) -> World:
    mock = a_world()
    mock.faults = Player(mock, read_plan(plan, "plan"), lambda _: None)
    mock.faults.clock(0.0)
    return mock


async def test_tws_says_that_the_account_can_carry_an_entry_and_nothing_is_placed(autojump_clock: object) -> None:
    async with live(checks_margin=True) as it:
        await it.settle(15)
        (answer,) = answers(it)
        assert answer["known"]
        assert 0 < int(answer["initial_cents"]) < int(answer["equity_cents"])
        state = it.wiring.order.state
        assert (state.foreign_orders, state.next_id > 1) == ((), True)
        assert it.wiring.risk.why_halted() == ""
        for _ in range(300):
            if it.ears.fills:
                break
            await it.settle(1)
        assert it.ears.fills, "entries are made"
        assert len(answers(it)) == 1


async def test_an_account_that_cannot_gets_no_entries(autojump_clock: object) -> None:
    mock = a_world()
    for account in mock.desk._office.accounts.values():
        account.cash_cents = 100_00
    async with live(mock, checks_margin=True) as it:
        await it.settle(90)
        assert [int(answer["equity_cents"]) for answer in answers(it)] == [97_75] * 2
        assert it.wiring.risk.why_halted().startswith("an entry would need")
        assert it.ears.alerts() == ["margin"]
        assert mock.desk.orders == []
        assert {outcome for _, outcome in it.ears.signals} <= {"halted"}


async def test_f03_an_answer_that_does_not_come_is_none(autojump_clock: object) -> None:
    mock = failing('[[fault]]\nkind = "drop"\nof = "OpenOrder"\nmessage = 1\n')
    async with live(mock, checks_margin=True) as it:
        await it.settle(25)
        assert [answer["known"] for answer in answers(it)] == [0]
        assert it.wiring.risk.why_halted() == "whether the account can carry an entry is not known: TWS did not say"
        await it.settle(60)
        assert [answer["known"] for answer in answers(it)] == [0, 1]
        assert it.wiring.risk.why_halted() == ""


async def test_f18_a_refusal_is_told_in_tws_words(autojump_clock: object) -> None:
    plan = '[[fault]]\nkind = "error"\nof = "PlaceOrder"\nmessage = 1\ncode = 321\ntext = "Read-Only"\ninstead = true\n'
    async with live(failing(plan), checks_margin=True) as it:
        await it.settle(25)
        assert answers(it) == [{"known": 0, "initial_cents": 0, "equity_cents": 0, "text": "321 Read-Only"}]
        assert it.wiring.risk.halted == ""
