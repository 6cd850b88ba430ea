"""1100, 1101, 1102: TWS loses IB and has it again."""

import pytest

from system.domain.link_events import (
    Abort,
    Connected,
    Reconcile,
    Reconciled,
    Resubscribe,
    ShutGate,
    Verified,
)
from system.domain.link_state import Phase
from tests.domain.link_world import World


def test_f21_1100_shuts_the_gate() -> None:
    world = World().ready().lose_ib()
    assert world.phase is Phase.CUT_OFF
    assert not world.state.is_reconciled
    assert world.all(ShutGate) == [ShutGate(reasons=("the link is cut off",))]
    assert world.run(60).phase is Phase.CUT_OFF
    assert world.all(Abort) == []


def test_f21_1101_subscribes_anew_and_reconciles() -> None:
    world = World().ready().lose_ib().run(20)
    world.log.clear()
    world.regain_ib(1101)
    assert world.phase is Phase.SYNCING
    assert [type(command) for _, command in world.log] == [Reconcile, Resubscribe]
    assert not world.state.is_open
    world.run(15.5)
    assert [command.stream for command in world.all(Resubscribe)] == ["Last", "BidAsk"]
    assert world.state.is_open


def test_f21_1102_reconciles_and_waits_for_ticks() -> None:
    world = World().ready().lose_ib().run(20)
    world.log.clear()
    world.ticking.clear()
    world.regain_ib(1102)
    assert [type(command) for _, command in world.log] == [Reconcile]
    assert world.run(10).phase is Phase.SYNCING
    world.ticking.add("Last")
    assert world.run(10).phase is Phase.SYNCING
    world.ticking.add("BidAsk")
    assert world.run(1).phase is Phase.READY
    assert world.all(Resubscribe) == []


def test_f21_1102_without_ticks_ends_in_asking_for_them() -> None:
    world = World().ready().lose_ib()
    world.ticking.clear()
    world.regain_ib(1102).run(31)
    assert [command.stream for command in world.all(Resubscribe)] == ["Last"]


@pytest.mark.parametrize("code", [1101, 1102])
def test_f21_restored_without_having_been_lost_is_as_good_as_both(code: int) -> None:
    world = World().ready().regain_ib(code)
    assert world.phase is Phase.SYNCING
    assert world.gate() == [True, False]
    assert world.run(40).state.is_open


def test_f21_restored_twice_asks_twice_and_takes_the_last_answer() -> None:
    world = World().ready().lose_ib()
    world.does.remove("books")
    world.regain_ib(1102).regain_ib(1102)
    assert [command.number for command in world.all(Reconcile)] == [1, 2, 3]
    world.tell(Reconciled(**world.news(), number=2)).run(2)
    assert world.phase is Phase.SYNCING
    world.tell(Reconciled(**world.news(), number=3))
    assert world.phase is Phase.READY


def test_f21_books_that_are_not_answered_after_it_end_the_connection() -> None:
    world = World().ready().run(60)
    world.does.remove("books")
    world.lose_ib().regain_ib(1102).run(10)
    assert world.state.failure == "the books did not come within 10 s"
    assert len(world.all(Abort)) == 1


def test_f21_restored_while_data_was_awaited_has_a_deadline_again() -> None:
    world = World()
    world.ticking.clear()
    world.start().run(12)
    world.does.remove("books")
    world.regain_ib(1102).run(10)
    assert len(world.all(Abort)) == 1


def test_f21_cut_off_from_the_start_is_a_try_that_fails() -> None:
    world = World()
    world.cut = True
    world.start()
    assert world.phase is Phase.CUT_OFF
    assert world.run(10).phase is Phase.DOWN
    assert world.state.failures == 1


def test_f21_cut_off_from_the_start_and_restored_in_time_is_ready() -> None:
    world = World()
    world.cut = True
    world.start().run(5).regain_ib(1102)
    assert world.run(16).phase is Phase.READY


def test_f21_codes_that_come_before_the_handshake_is_done_are_remembered() -> None:
    world = World()
    world.does.clear()
    world.refusal = ""
    world.start().code(1100).code(2104, "OK:usfuture")
    assert world.phase is Phase.DIALLING
    world.tell(Connected(**world.news()))
    assert world.phase is Phase.CUT_OFF
    other = World()
    other.does.clear()
    other.refusal = ""
    other.start().code(1100).code(1102).tell(Connected(**other.news()))
    assert other.phase is Phase.SYNCING


def test_f21_an_account_that_is_known_while_cut_off_is_reconciled_afterwards() -> None:
    world = World()
    world.cut = True
    world.start()
    assert world.state.is_verified
    assert world.all(Reconcile) == []
    world.regain_ib(1101)
    assert len(world.all(Reconcile)) == 1


def test_f21_an_answer_that_comes_while_cut_off_proves_nothing() -> None:
    world = World()
    world.does.remove("books")
    world.start().lose_ib()
    world.tell(Reconciled(**world.news(), number=1))
    assert not world.state.is_reconciled


def test_f21_books_are_not_asked_for_before_the_account_is_known() -> None:
    world = World()
    world.does.remove("verifies")
    world.start().lose_ib().regain_ib(1102)
    assert world.all(Reconcile) == []
    world.tell(Verified(**world.news()))
    assert len(world.all(Reconcile)) == 1


def test_f21_a_loss_of_ib_ends_with_the_connection_that_told_of_it() -> None:
    world = World().ready().run(60).lose_ib()
    world.cut = False
    world.lose().run(0.5)
    assert world.phase is Phase.SYNCING


def test_f21_a_new_connection_that_is_cut_off_from_the_start_fails_as_any_does() -> None:
    world = World().ready().run(60).lose_ib().lose().run(10)
    assert (world.phase, world.state.failures) == (Phase.DOWN, 1)
