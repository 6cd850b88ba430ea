"""What executions cost: commissions that are late, other ones or none, and prices that are corrected."""

from dataclasses import replace
from typing import Any

from system.domain.book import Book, charge
from system.domain.order_events import CommissionTold, Corrected
from tests.domain.desk import Desk
from tests.domain.order_pit import Pit
from tests.domain.tape import NOON, S

FIRST = "0001.0000.01"  # the model broker's first execution


def commissions(pit: Pit) -> list[Any]:
    return [payload for kind, _, payload in pit.journal if kind == "commission"]


def told(pit: Pit, cents: int | None, exec_id: str = FIRST) -> None:
    pit.feed(CommissionTold(now_ns=0, generation=1, exec_id=exec_id, cents=cents))


def no_commissions(pit: Pit) -> None:
    pit.broker.mail = [each for each in pit.broker.mail if not isinstance(each, CommissionTold)]


def bare(pit: Pit) -> None:
    """A position whose commission has not been told."""
    pit.link()
    pit.enter()
    pit.mute = True
    pit.fill("entry")
    no_commissions(pit)
    pit.deliver()
    pit.mute = False


def test_f32_a_commission_is_noted_once_and_decides_nothing() -> None:
    pit = Pit()
    bare(pit)
    before = pit.state
    for cents in (None, 225, 225, None):
        told(pit, cents)
    assert commissions(pit) == [{"exec_id": FIRST, "cents": 225}]
    assert replace(pit.state, records=before.records, book=before.book) == before
    assert pit.state.book.position == 1
    assert pit.alerts() == []


def test_f32_a_commission_of_what_is_not_ours_is_passed_over() -> None:
    pit = Pit()
    pit.open()
    told(pit, 225, "0001.7777.01")
    assert len(commissions(pit)) == 1
    assert charge(Book(), FIRST, 225) == Book()


def test_f32_a_commission_other_than_configured_is_said() -> None:
    pit = Pit(commission_cents=199)
    pit.open(contracts=2)
    assert pit.alerts() == ["commission_differs"]
    assert "4.50 USD; configured: 3.98" in str(pit.said)


def test_f32_a_commission_of_a_fill_that_was_taken_back_is_not_compared() -> None:
    pit = Pit()
    pit.open()
    first = pit.broker.executions[0]
    pit.feed(replace(first, exec_id="0001.0000.02", contracts=0))
    told(pit, 225, "0001.0000.02")
    assert commissions(pit)[-1] == {"exec_id": "0001.0000.02", "cents": 225}
    assert "commission_differs" not in pit.alerts()


def test_f32_a_commission_that_does_not_come_is_said_once() -> None:
    pit = Pit()
    bare(pit)
    pit.pass_s(119)
    assert pit.alerts() == []
    pit.pass_s(60)
    assert pit.alerts() == ["commission_missing"]
    assert commissions(pit) == [{"exec_id": FIRST}]
    told(pit, 225)
    assert commissions(pit)[-1] == {"exec_id": FIRST, "cents": 225}


def test_f32_an_inferred_fill_has_no_commission_to_miss() -> None:
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.broker.own = 0
    for order in pit.broker.live():
        pit.broker.end(order)
    pit.link()
    pit.pass_s(200)
    assert "inferred_fill" in pit.alerts()
    assert "commission_missing" not in pit.alerts()


def corrected(pit: Pit) -> list[Corrected]:
    return [each for each in pit.said if isinstance(each, Corrected)]


def test_f31_another_price_is_told_to_the_gate_as_a_difference() -> None:
    pit = Pit()
    pit.open()
    first = pit.broker.executions[0]
    pit.feed(replace(first, exec_id="0001.0000.02", price_ticks=first.price_ticks + 3))
    (told,) = corrected(pit)
    assert (told.side, told.contracts, told.by_ticks, told.reason) == (1, 1, 3, "entry")
    pit.feed(replace(first, exec_id="0001.0000.03", price_ticks=first.price_ticks + 3))
    pit.feed(replace(first, exec_id="0001.0000.04", contracts=2))
    assert len(corrected(pit)) == 1, "the same price, and another size: the position is compared"
    assert pit.halts() == []


def test_f31_another_price_of_a_finished_bracket_halts_nothing() -> None:
    pit = Pit()
    pit.open()
    first = pit.broker.executions[0]
    pit.fill("target")
    pit.pass_s(30)
    pit.enter()
    pit.feed(replace(first, exec_id="0001.0000.02", price_ticks=first.price_ticks + 3))
    assert [each.reason for each in corrected(pit)] == [None]
    assert pit.halts() == []
    pit.feed(replace(first, exec_id="0001.0000.03", contracts=2))
    assert pit.halts() == ["an execution of a finished order"]


def test_f31_a_corrected_entry_or_exit_changes_what_the_trade_will_have_earned() -> None:
    nets = []
    for by_ticks, reason in ((0, "entry"), (4, "entry"), (4, "target")):
        desk = Desk(contracts=2, commission_cents=0)
        desk.enter()
        desk.fill(NOON + S, -1, 1, 1010, "target")
        desk.risk.corrected(NOON + S, 1 if reason == "entry" else -1, by_ticks, reason)  # type: ignore[arg-type]
        desk.fill(NOON + 2 * S, -1, 1, 1010, "target")
        nets.append(desk.risk.counters.net_cents)
    assert nets == [18 * 1250, 14 * 1250, 22 * 1250]


def test_f31_a_correction_after_the_trade_moves_the_days_result() -> None:
    desk = Desk(commission_cents=0)
    desk.trade(NOON, 16)
    desk.risk.corrected(NOON + 2 * S, 1, 10, "entry")
    assert desk.risk.counters.net_cents == 6 * 1250
    desk.enter(NOON + 5 * S)
    desk.risk.corrected(NOON + 6 * S, -1, 2, None)
    assert desk.risk.counters.net_cents == 8 * 1250
