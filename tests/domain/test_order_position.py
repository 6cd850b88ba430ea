"""What is ours and what is not: fills lost, told twice, corrected, inferred; other people's orders and contracts."""

from dataclasses import replace

import pytest

from system.domain.order_events import Filled, PositionTold
from tests.domain.order_broker import CLIENT
from tests.domain.order_pit import Pit, foreign


def test_f02_fills_in_a_gap_are_found_by_asking() -> None:
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.fill("stop")
    pit.broker.mail.clear()
    pit.pass_s(30)
    pit.link()
    assert pit.fills()[-1] == (-1, 1, 4000, "stop")
    assert pit.states() == ["entry filled", "target working", "stop filled"] or pit.of("stop").state.value == "filled"
    pit.pass_s(20)
    assert not pit.of("target").is_live
    assert pit.halts() == []


@pytest.mark.parametrize(("side", "stop_ticks"), [(1, 3993), (-1, 4008)])
def test_f14_f63_a_close_without_execution_is_inferred_and_halts(side: int, stop_ticks: int) -> None:
    pit = Pit()
    pit.open(side)
    pit.link(up=False)
    pit.broker.own = 0
    for order in pit.broker.live():
        pit.broker.end(order)
    pit.pass_s(60)
    pit.link()
    pit.pass_s(40)
    assert pit.fills()[-1] == (-side, 1, stop_ticks, "stop")
    assert [told.inferred for told in pit.said if isinstance(told, Filled)] == [False, True]
    inferred = [found for exec_id, found in pit.state.book.executions.items() if exec_id.startswith("inferred")]
    assert [(found.order_id, found.signed) for found in inferred] == [(0, -side)], (
        "of no order: none is known to have filled"
    )
    assert pit.halts() == ["an inferred fill"]
    assert pit.state.book.position == 0
    assert not any(order.is_live for order in pit.bracket.orders)


def test_s19_nothing_is_sent_for_a_position_that_the_broker_does_not_have() -> None:
    """TWS has come back without our orders and without the position: neither a stop nor a close may open one."""
    pit = Pit()
    pit.open()
    pit.link(up=False)
    pit.broker.own = 0
    pit.broker.orders.clear()
    pit.pass_s(60)
    pit.link()
    pit.pass_s(40)
    assert len(pit.placed()) == 3, "the bracket and nothing more"
    assert pit.halts() == ["an inferred fill"]
    assert pit.state.book.position == 0


def test_s19_a_position_that_lags_behind_its_fill_is_protected_all_the_same() -> None:
    """The broker's position is the slow judge: for ten seconds after a fill the book alone counts (F54)."""
    pit = Pit()
    pit.link()
    pit.enter()
    pit.fill("entry")
    pit.broker.own = 0
    for order in pit.broker.live():
        pit.broker.end(order)
    pit.deliver()
    pit.pass_s(9)
    assert [terms.type for terms in pit.placed()][3:4] == ["STP"]


def test_f14_the_position_is_asked_for_after_a_fill_though_the_last_one_told_fits_by_chance() -> None:
    pit = Pit()
    pit.open()
    pit.pass_s(10)
    pit.broker.own -= 1  # somebody else has sold
    pit.told(PositionTold(now_ns=0, generation=pit.broker.generation, contracts=0))
    pit.mute = True
    pit.fill("stop")
    pit.broker.mail = [told for told in pit.broker.mail if not isinstance(told, PositionTold)]
    pit.deliver()
    assert pit.state.book.position == pit.state.told_contracts == 0
    for _ in range(16):
        pit.pass_s(1)
        pit.deliver()
    assert pit.alerts() == ["foreign_position"]
    assert pit.state.foreign_contracts == -1


def test_f63_an_execution_that_comes_after_all_takes_the_inferred_ones_place() -> None:
    pit = Pit()
    pit.open()
    pit.mute = True
    stop = pit.broker.orders[3]
    pit.broker.fill(stop, 1)
    late = pit.broker.mail.pop(0)
    pit.broker.executions.pop()
    for _ in range(30):
        pit.pass_s(1)
        pit.deliver()
    assert pit.state.book.position == 0
    assert pit.of("stop").state.value == "filled"
    pit.feed(late)
    assert pit.state.book.position == 0


def test_f13_an_exit_that_fills_after_an_inferred_close_is_bought_back() -> None:
    pit = Pit()
    pit.open()
    pit.broker.trade_by_hand(-1)
    pit.deliver()
    pit.mute = True
    for _ in range(30):
        pit.pass_s(1)
        if pit.halts():
            break
        pit.deliver()
    assert pit.state.book.position == 0
    pit.broker.mail.clear()
    pit.fill("target")
    pit.mute = False
    pit.deliver()
    assert pit.state.book.position == pit.broker.position == -1
    pit.pass_s(10)
    close = pit.placed()[-1]
    assert (close.type, close.side, close.contracts) == ("MKT", 1, 1)


def test_f11_an_exit_of_what_is_left_after_an_inferred_fill_is_counted_whole() -> None:
    pit = Pit()
    pit.open(contracts=3)
    pit.broker.trade_by_hand(-1)
    pit.deliver()
    pit.pass_s(30)
    assert pit.state.book.position == 2
    pit.fill("stop")
    assert pit.state.book.position == pit.broker.position == 0


def test_f14_f43_contracts_that_are_not_ours_stop_entries_and_are_never_traded() -> None:
    pit = Pit()
    pit.open()
    pit.broker.trade_by_hand(2)
    pit.deliver()
    pit.pass_s(30)
    assert pit.alerts() == ["foreign_position"]
    pit.close()
    assert pit.placed()[-1].contracts == 1
    pit.fill("close")
    pit.enter()
    assert pit.ended() == ["orders or contracts that are not ours"]
    pit.broker.trade_by_hand(-2)
    pit.deliver()
    pit.pass_s(30)
    pit.enter()
    assert pit.states()[0] == "entry working"


def test_f17_statuses_may_repeat_and_sizes_never_fall() -> None:
    pit = Pit()
    pit.open(contracts=3)
    pit.fill("target", 1)
    old = replace(pit.broker.status(pit.broker.orders[2]), filled=0, remaining=3)
    pit.feed(old)
    pit.feed(old)
    assert pit.of("target").told_filled == 1
    assert pit.of("target").filled == 1


def test_f30_an_exit_told_before_its_entry_is_no_position_of_the_wrong_sign() -> None:
    pit = Pit()
    pit.link()
    pit.enter()
    pit.mute = True
    pit.fill("entry")
    pit.fill("stop")
    exits = [told for told in pit.broker.mail if getattr(told, "order_id", 0) == 3 and hasattr(told, "exec_id")]
    pit.feed(exits[0])
    assert pit.state.book.position == -1
    pit.pass_s(1)
    pit.deliver()
    assert pit.state.book.position == 0
    assert (len(pit.placed()), pit.halts()) == (3, [])


def test_f30_a_fill_of_a_finished_bracket_counts_and_halts() -> None:
    pit = Pit()
    pit.open()
    old = replace(pit.broker.executions[0], exec_id="0001.9.01", order_id=3)
    pit.fill("target")
    pit.pass_s(30)
    pit.enter()
    pit.mute = True
    pit.feed(old)
    assert pit.state.book.position == 1
    assert pit.halts() == ["an execution of a finished order"]


def test_f31_executions_count_once_and_corrections_by_their_difference() -> None:
    pit = Pit()
    pit.open(contracts=2)
    told = pit.broker.executions[0]
    pit.feed(told)
    assert pit.state.book.position == 2
    pit.feed(replace(told, exec_id="0001.0000.02", contracts=1, price_ticks=4002))
    assert pit.state.book.position == 1
    pit.feed(told)
    assert pit.state.book.position == 1
    assert "execution_corrected" in pit.alerts()
    assert len(pit.fills()) == 1


def test_f43_foreign_orders_stop_entries_and_are_left_alone() -> None:
    pit = Pit()
    pit.link()
    pit.broker.foreign[77] = foreign(pit)
    pit.feed(foreign(pit))
    pit.feed(foreign(pit))
    pit.enter()
    assert pit.alerts() == ["foreign_order", "entry_denied"]
    pit.broker.foreign.clear()
    pit.pass_s(61)
    pit.enter()
    assert pit.states()[0] == "entry working"
    assert pit.canceled() == []


def test_f43_a_foreign_order_is_gone_when_it_says_so() -> None:
    pit = Pit()
    pit.open()
    pit.fill("target")
    ref = pit.bracket.ref
    pit.enter()
    pit.feed(foreign(pit, ref=ref, client_id=CLIENT))
    assert f"of the finished bracket {ref}" in str(pit.said[-1])
    pit.feed(foreign(pit, "Filled"))
    assert pit.state.foreign_orders == ()


def test_f43_a_foreign_execution_is_said_once() -> None:
    pit = Pit()
    pit.open()
    told = replace(pit.broker.executions[0], ref="", client_id=0, order_id=0, exec_id="0009.1.01")
    pit.feed(told)
    pit.feed(told)
    assert pit.alerts() == ["foreign_execution"]
    assert pit.state.book.position == 1


@pytest.mark.parametrize("side", [1, -1])
def test_s19_what_the_account_holds_beyond_ours_is_foreign_and_nothing_else(side: int) -> None:
    pit = Pit()
    pit.open(side)
    pit.broker.trade_by_hand(2 * side)
    pit.deliver()
    pit.pass_s(150)
    assert (pit.state.book.position, pit.state.told_contracts) == (side, 3 * side)
    assert pit.state.foreign_contracts == 2 * side


def test_f66_an_exit_joins_the_living_exits_of_its_own_side_alone() -> None:
    pit = Pit()
    pit.open()
    assert {order.side for order in pit.bracket.exits if order.is_live} == {-1}
    assert pit.bracket.exit_group(-1) == pit.of("stop").group
    moved = replace(pit.bracket, orders=tuple(replace(order, group="other") for order in pit.bracket.orders))
    assert moved.exit_group(-1) == "other"
    assert moved.exit_group(1) == pit.bracket.ref
