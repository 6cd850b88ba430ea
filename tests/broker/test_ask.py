"""Questions: each is answered, known or not, within its deadline; an answer that is not whole is none (F03)."""

from typing import Any

import pytest
import trio

from simulator.tws.lockstep_clock import LockstepClock
from system.broker.asked import BARS_DEADLINE_S, DEADLINE_S
from system.domain import link_events as link
from system.domain.order_events import (
    Answered,
    Ask,
    ErrorTold,
    ExecutionsAnswered,
    ExecutionTold,
    OpenOrdersAnswered,
    OpenOrderTold,
    Place,
    PositionsAnswered,
    Terms,
)
from system.domain.road import AskSeed, BadDataTold, SeedAnswered
from system.domain.settings import SECOND_NS
from tests.broker.stage import CON_ID, Peer, Virtual, bracket, execution, proven, virtual
from tests.faults.stage import START_NS
from tests.tws.talk import message

pytestmark = pytest.mark.trio
QUESTIONS = {
    "open_orders": (OpenOrdersAnswered, "OpenOrderEnd"),
    "executions": (ExecutionsAnswered, "ExecDetailsEnd"),
    "positions": (PositionsAnswered, "PositionMultiEnd"),
}
FAR = Terms(order_id=9, ref="x", side=1, contracts=1, type="LMT", limit_ticks=10_000, tif="GTC")


async def ask(it: Virtual, question: Any, number: int) -> Any:
    it.road.broker.do(Ask(question=question, number=number))
    kind = QUESTIONS[question][0]
    await it.road.till(lambda: any(told.number == number for told in it.road.all(kind)))
    return next(told for told in it.road.all(kind) if told.number == number)


async def test_all_three_tell_what_the_broker_holds(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.road.broker.do(Place(orders=bracket()))
        await it.road.until(ExecutionTold)
        orders = await ask(it, "open_orders", 1)
        assert {told.terms for told in orders.orders} == set(bracket()[1:])
        executions = await ask(it, "executions", 2)
        assert executions.executions[0].exec_id == it.road.all(ExecutionTold)[0].exec_id
        assert len(it.road.all(ExecutionTold)) == 1, "what is asked for is told as an answer alone"
        assert (await ask(it, "positions", 3)).contracts == 1


async def test_an_empty_account_is_known_to_be_empty(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        assert [(await ask(it, question, 1)).known for question in QUESTIONS] == [True] * 3


@pytest.mark.parametrize("question", QUESTIONS)
async def test_f03_an_answer_without_its_end_is_not_known_in_time(question: str, autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.road.broker.do(Place(orders=(FAR,)))
        await it.road.until(OpenOrderTold)
        it.inject("drop", of=QUESTIONS[question][1])
        began_s = trio.current_time()
        answer = await ask(it, question, 1)
        assert not answer.known
        assert not getattr(answer, "orders", ())
        assert trio.current_time() - began_s == pytest.approx(DEADLINE_S)


async def test_f03_a_list_of_orders_that_did_not_end_ends_the_connection(
    autojump_clock: LockstepClock,
) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.inject("drop", of="OpenOrderEnd")
        assert not (await ask(it, "open_orders", 1)).known
        assert (await it.road.until(link.ConnectionLost)).reason == "the list of open orders did not end"


@pytest.mark.parametrize("question", ["executions", "positions"])
async def test_an_end_that_comes_late_answers_no_later_question(question: str, autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.inject("mute_out", "5s")
        assert not (await ask(it, question, 1)).known
        it.road.broker.do(Ask(question=question, number=2))  # type: ignore[arg-type]
        await trio.sleep(2)  # the first answer comes now, then the second
        answers = it.road.all(QUESTIONS[question][0])
        assert [(told.number, told.known) for told in answers] == [(1, False), (2, True)]


async def test_f53_the_answers_of_an_earlier_connection_are_never_told(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        for question in QUESTIONS:
            it.road.broker.do(Ask(question=question, number=1))  # type: ignore[arg-type]
        await it.road.dial(2)
        await trio.sleep(30)
        assert not it.road.all(Answered)  # type: ignore[arg-type]
        assert (await ask(it, "positions", 2)).generation == 2


async def test_a_question_on_a_connection_that_has_just_ended_is_not_known(
    autojump_clock: LockstepClock,
) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.inject("hang_up")
        await it.road.until(link.ConnectionLost)
        it.road.broker.do(Ask(question="positions", number=1))
        await trio.sleep(10)
        assert not [told for told in it.road.all(PositionsAnswered) if told.known]


async def test_questions_for_open_orders_take_turns_and_the_last_is_answered(
    autojump_clock: LockstepClock,
) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.inject("delay", "1s", by="500ms")
        for number in range(1, 5):
            it.road.broker.do(Ask(question="open_orders", number=number))
        await trio.sleep(3)
        assert [(told.number, told.known) for told in it.road.all(OpenOrdersAnswered)] == [(1, True), (4, True)]


# answers that are not whole


async def ask_peer(peer: Peer, question: Any, road: Any) -> str:
    """Ask; the request's id."""
    road.broker.do(Ask(question=question, number=1))
    first = {"open_orders": b"16\0", "executions": b"7\0003\0", "positions": b"74\0"}[question]
    return (await peer.hears(first))[2]


@pytest.mark.parametrize("bad", [execution("e2", price=5000.1), message(5, 1, CON_ID, "ES"), message("?", "")])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_f03_an_answer_with_a_message_that_cannot_be_read_is_not_known(question: str, bad: bytes) -> None:
    async with proven() as (road, peer):
        req_id = await ask_peer(peer, question, road)
        ends = {
            "open_orders": message(53, 1),
            "executions": message(55, 1, req_id),
            "positions": message(72, 1, req_id),
        }
        await peer.say(bad, ends[question])
        answer: Any = await road.until(QUESTIONS[question][0])
        assert not answer.known
        assert road.all(BadDataTold)
        assert not road.all(link.ConnectionLost)


async def test_a_message_of_another_contract_is_no_part_of_an_answer_however_odd_it_is() -> None:
    async with proven() as (road, peer):
        req_id = await ask_peer(peer, "executions", road)
        await peer.say(
            execution("e1"),
            execution("other", int(req_id), con_id=5, price=0.1),
            execution("ours", int(req_id)),
            message(5, 1, 5, "odd"),
            message(55, 1, req_id),
        )
        answer = await road.until(ExecutionsAnswered)
        assert (answer.known, [told.exec_id for told in answer.executions]) == (True, ["ours"])
        assert [told.exec_id for told in road.all(ExecutionTold)] == ["e1"]


@pytest.mark.parametrize(
    ("rows", "contracts"),
    [
        ([("", 1), ("", 2)], 2),  # told again, for it has changed meanwhile
        ([("", 1), ("model", -3)], -2),
        ([("", -1.0)], -1),
        ([], 0),
    ],
)
async def test_f14_a_position_is_what_was_told_last(rows: list[tuple[str, float]], contracts: int) -> None:
    async with proven() as (road, peer):
        req_id = await ask_peer(peer, "positions", road)
        await peer.say(*(position(req_id, held, model) for model, held in rows), message(72, 1, req_id))
        answer = await road.until(PositionsAnswered)
        assert (answer.known, answer.contracts) == (True, contracts)


@pytest.mark.parametrize("held", [0.5, "nan", "inf", ""])
async def test_a_position_that_is_no_number_of_contracts_is_not_known(held: object) -> None:
    async with proven() as (road, peer):
        req_id = await ask_peer(peer, "positions", road)
        await peer.say(position(req_id, held), message(72, 1, req_id))
        assert not (await road.until(PositionsAnswered)).known


async def test_f50_what_is_held_in_other_futures_of_the_kind_is_told_by_name() -> None:
    async with proven() as (road, peer):
        req_id = await ask_peer(peer, "positions", road)
        rows = [
            position(req_id, 1),
            position(req_id, 3, con_id=77, name="ESH4"),
            position(req_id, -1, "model", con_id=77, name="ESH4"),
            position(req_id, -4, con_id=78, symbol="MES", name="MESM4"),
            position(req_id, 0, con_id=79, name="ESU4"),
            position(req_id, 5, con_id=80, symbol="NQ", name="NQM4"),
            position(req_id, 0.5, con_id=81, symbol="ES", kind="STK", name="ES"),
        ]
        await peer.say(*rows, message(72, 1, req_id))
        answer = await road.until(PositionsAnswered)
        assert (answer.known, answer.contracts, answer.others) == (True, 1, ("+2 ESH4", "-4 MESM4"))


def position(
    req_id: str,
    held: object,
    model: str = "",
    *,
    con_id: int = CON_ID,
    symbol: str = "ES",
    kind: str = "FUT",
    name: str = "ESM4",
) -> bytes:
    terms = (con_id, symbol, kind, "20240621", 0, "", "50", "CME", "USD", name, symbol)
    return message(71, 1, req_id, "DU1234567", *terms, held, 5000.0, model)


async def test_an_error_about_a_question_ends_it_and_an_advisory_does_not() -> None:
    async with proven() as (road, peer):
        req_id = await ask_peer(peer, "executions", road)
        await peer.say(message(4, 2, req_id, 2176, "Fractional sizes", ""), message(55, 1, req_id))
        assert (await road.until(ExecutionsAnswered)).known
        req_id = await ask_peer(peer, "executions", road)
        await peer.say(message(4, 2, req_id, 321, "Error validating request", ""), message(55, 1, req_id))
        assert not (await road.until(ExecutionsAnswered, 2)).known
        await peer.say(message(4, 2, 7, 201, "Order rejected", ""))
        told = await road.until(ErrorTold)
        assert (told.order_id, told.code) == (7, 201)


# the seed


async def seed(it: Virtual, within_s: float) -> SeedAnswered:
    it.road.broker.do(AskSeed(generation=1, opened_ns=START_NS))
    with trio.fail_after(within_s + 0.1):
        return await it.road.until(SeedAnswered)


async def test_bars_since_the_open_are_summed_up(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        await trio.sleep(70)
        told = await seed(it, BARS_DEADLINE_S)
        assert told.known
        assert 1000 < told.size < 1500  # a contract each 50 ms
        assert 20_000 < told.price_size / told.size < 20_004


async def test_a_seed_that_does_not_come_is_not_known(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.inject("2105", "1h")
        assert not (await seed(it, BARS_DEADLINE_S)).known


@pytest.mark.parametrize(
    ("bar", "known"),
    [
        (("1710856800", 1, 1, 1, 1, 3, 5000.25, 2), True),
        (("yesterday", 1, 1, 1, 1, 3, 5000.25, 2), False),
        (("1710856800", 1, 1, 1, 1, "inf", 5000.25, 2), False),
        (("1710856800", 1, 1, 1, 1, 3, "nan", 2), False),
        (("1710856800", 1, 1, 1, 1, -1, -1, 2), False),  # no trades at all
        (("1710856800", 1), False),
    ],
)
async def test_bars_that_cannot_be_are_no_seed(bar: tuple[object, ...], known: bool) -> None:
    async with proven() as (road, peer):
        road.broker.do(AskSeed(generation=1, opened_ns=1_710_856_000 * SECOND_NS))
        req_id = (await peer.hears(b"20\0"))[1]
        await peer.say(message(17, req_id, "", "", 1, *bar), message(4, 2, req_id, 162, "no more", ""))
        told = await road.until(SeedAnswered)
        assert (told.known, told.price_size, told.size) == (known, *((60_003, 3) if known else (0, 0)))
