"""A campaign counts what its seeds have seen, is blind without it, and outlives a worker that hangs."""

from typing import Any

import pytest
import trio

from simulator.chaos import campaign as module
from simulator.chaos.blow import KINDS as BLOWS
from simulator.chaos.campaign import SIGHTED, Campaign, Worker, campaign
from simulator.chaos.plan import Plan
from simulator.faults.kinds import KINDS
from simulator.invariants.seen import SOMETIMES

pytestmark = pytest.mark.jit


def an_answer(**more: Any) -> dict[str, Any]:
    everything = [*KINDS, *BLOWS]
    return {
        "cpu_s": 1.0,
        "events": 100,
        "orders": 3,
        "lives": 1,
        "dealt": dict.fromkeys(everything, 1),
        "took_effect": dict.fromkeys(everything, 1),
        "seen": dict.fromkeys(SOMETIMES, 1),
        **more,
    }


def a_campaign(count: int, **more: Any) -> Campaign:
    result = Campaign(minutes=120)
    for _ in range(count):
        result.take(an_answer(**more))
    return result


def test_a_large_campaign_that_has_seen_everything_is_not_blind() -> None:
    assert a_campaign(SIGHTED).blind == []


def test_what_was_never_seen_blinds_it() -> None:
    seen = dict.fromkeys(SOMETIMES[1:], 1)
    assert a_campaign(SIGHTED, seen=seen).blind == [f"never seen: {SOMETIMES[0]}"]


def test_a_fault_that_never_takes_effect_blinds_it() -> None:
    took_effect = dict.fromkeys([kind for kind in (*KINDS, *BLOWS) if kind != "reset"], 1)
    assert a_campaign(SIGHTED, took_effect=took_effect).blind == ["never took effect: reset"]


def test_a_fault_that_is_hardly_dealt_blinds_it() -> None:
    dealt = dict.fromkeys([kind for kind in (*KINDS, *BLOWS) if kind != "kill"], 1)
    assert a_campaign(SIGHTED, dealt=dealt).blind == ["dealt 0 times: kill"]


def test_a_small_campaign_need_not_have_seen_everything() -> None:
    assert a_campaign(SIGHTED - 1, seen={}, dealt={}, took_effect={}).blind == []


@pytest.mark.trio
async def test_a_worker_that_hangs_is_ended_and_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, worker = Plan(seed=1, minutes=1), Worker()
    with monkeypatch.context() as short:
        short.setattr(module, "MINUTE_MAX_S", 0.001)
        short.setattr(module, "START_MAX_S", 0.001)
        answer = await worker.ask(plan, "")
        assert answer["broken"] == "HANG"
    with trio.fail_after(250):
        answer = await worker.ask(plan, "")
    assert answer["broken"] == ""
    assert answer["events"] > 0
    await worker.close()


@pytest.mark.trio
async def test_a_planted_bug_ends_the_campaign_with_its_smallest_plan() -> None:
    with trio.fail_after(280):
        result = await campaign(range(1, 3), 5, 1, mutant="journal_after_send", failures_max=1)
    assert [failure["broken"] for failure in result.failures] == ["S05"]
    assert "[[" not in result.failures[0]["plan"]  # it takes nothing to go wrong
    assert result.seeds <= 2
