"""F01 to F07 of the failure catalogue, through the real client: what will happen, and costs money."""

from dataclasses import replace

import pytest

from simulator.tws.requests import ReqTickByTick
from system.domain.errors import LinkGaveUpError
from system.domain.hours import Hours
from system.domain.link_state import Phase
from system.domain.maintenance import Window
from system.domain.order_state import OrderState
from system.domain.session import NEW_YORK, Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import GAP, SEED
from tests.actors.stage import SETTINGS
from tests.live.stage import live

pytestmark = pytest.mark.trio

CODES = (100, 103, 104, 105, 109, 110, 135, 161, 201, 202, 321, 354, 366, 383, 399, 404, 420, 434, 451)
MORE_CODES = (10147, 10148, 10167, 10168, 10197, 10349, 99_999)
ENTRY, TARGET, STOP = 1, 2, 3


# F01


@pytest.mark.parametrize("code", [10349, 399, 201, 202, 99_999])
async def test_f01_a_code_about_a_new_order_never_sends_it_again(code: int, autojump_clock: object) -> None:
    """Each of a bracket's orders is placed, and a code is told of it that the client library takes for its end."""
    async with live() as it:
        await it.ready()
        it.inject("error", "1s", code=code)
        await it.signal(1)
        await it.until(lambda: it.wiring.is_protected, 5)
        await it.settle(20)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert it.canceled == []
        assert it.held == 1
        it.agrees()


async def test_f01_no_code_about_resting_orders_is_believed(autojump_clock: object) -> None:
    """Every code that is known to be told of orders, and one that is not, of a stop and a target that rest."""
    async with live() as it:
        await it.enter()
        for code in (*CODES, *MORE_CODES):
            for order_id in (TARGET, STOP):
                it.inject("code", code=code, id=order_id)
            await it.settle(0.1)
            await it.until(lambda: it.is_sure, 5)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert it.canceled == []
        assert it.ears.alerts() == ["order_refused"] * 2  # 201 is told to a person, and not believed either
        it.agrees()


# F02


@pytest.mark.parametrize("data", ["kept", "lost"])
async def test_f02_a_fill_while_tws_was_cut_off_is_booked_once(data: str, autojump_clock: object) -> None:
    """1100; the stop fills, and nobody tells of it; then 1102 or 1101, and nothing is told again."""
    async with live() as it:
        await it.enter()
        it.inject("1100", "30s", data=data)
        it.mock.move(-20)
        await it.settle(29)
        assert (it.truth, it.held) == (0, 1)
        assert it.why_halted
        await it.settle(2)
        await it.until(lambda: it.held == 0, 10)
        await it.ready()
        assert [fill.reason for fill in it.ears.fills] == ["entry", "stop"]
        assert "inferred_fill" not in it.ears.alerts()
        await it.settle(6)
        it.agrees()
        await it.signal(1)
        assert it.ears.signals[-1][1] == "cooldown"


async def test_f02_a_part_that_filled_while_the_connection_was_gone_leaves_the_rest_protected(
    autojump_clock: object,
) -> None:
    """One of three contracts is sold at the target while TWS restarts."""
    async with live(settings=replace(SETTINGS, contracts=3)) as it:
        await it.enter()
        it.inject("restart", "15s")
        await it.settle(5)
        it.fill(TARGET, 1)
        assert (it.truth, it.held) == (2, 3)
        await it.settle(11)
        await it.ready()
        assert it.held == 2
        assert it.is_sure
        assert {one.order_id: one.left for one in it.mock.desk.orders} == {TARGET: 2, STOP: 2}
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


async def test_f02_an_entry_that_fills_while_the_connection_is_gone_is_held_and_protected(
    autojump_clock: object,
) -> None:
    """TWS takes a bracket and hangs up before it has said so; the entry fills; TWS is there again after 20 s."""
    async with live(plan='[[fault]]\nkind = "restart"\nfor = "20s"\norder = "PreSubmitted"') as it:
        await it.ready()
        await it.signal(1)
        await it.settle(15)
        assert (it.truth, it.held) == (1, 0)
        assert it.orders.bracket is not None
        assert not it.orders.bracket.is_over
        await it.ready()
        assert it.wiring.is_protected
        assert it.placed == [ENTRY, TARGET, STOP]
        assert [fill.reason for fill in it.ears.fills] == ["entry"]
        it.agrees()


# F03


@pytest.mark.parametrize("end", ["OpenOrderEnd", "ExecDetailsEnd", "PositionMultiEnd"])
async def test_f03_an_answer_without_an_end_is_not_an_empty_one(end: str, autojump_clock: object) -> None:
    """After a reconnection one of three answers never ends, for 25 s."""
    async with live() as it:
        await it.enter()
        it.inject("drop", "25s", of=end)
        it.inject("reset")
        for _ in range(24):
            await it.settle(1)
            assert it.held == 1
            assert it.phase is not Phase.READY
            assert it.why_halted
        await it.ready()
        assert it.wiring.is_protected
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


# F04


async def test_f04_a_broker_that_stays_cut_off_is_told_of_and_given_up(autojump_clock: object) -> None:
    """1100 for ever: the heartbeat is answered, and nothing else ever comes."""
    async with live(ends=LinkGaveUpError) as it:
        await it.enter()
        it.inject("1100")
        await it.until(lambda: "link_not_ready" in it.ears.alerts(), 121)
        await it.settle(300)
    assert it.ears.alerts()[-1] == "link_gave_up"
    assert it.truth == 1
    assert it.resting == {TARGET: "Submitted", STOP: "PreSubmitted"}
    assert it.wiring.left_behind().startswith("+1 contracts, NOT PROVEN to be protected")


async def test_f04_gives_up_within_ten_seconds_of_the_fifth_dial_that_nobody_answers(autojump_clock: object) -> None:
    """L05. TWS takes connections and never greets."""
    async with live(ends=LinkGaveUpError) as it:
        await it.enter()
        await it.settle(61)
        it.inject("stall_handshake")
        it.inject("reset")
        await it.settle(120)
    dials = [now_ns for now_ns, phase in it.phases if phase == "dialling"][1:]
    (gave_up_ns,) = [now_ns for now_ns, phase in it.phases if phase == "gave up"]
    assert len(dials) == 5
    assert gave_up_ns - dials[-1] <= 10 * SECOND_NS
    assert it.resting == {TARGET: "Submitted", STOP: "PreSubmitted"}


async def test_f04_a_window_of_maintenance_hides_nothing_beyond_its_end(autojump_clock: object) -> None:
    """TWS is away from within a window of seven minutes on, for ever: in it no failure counts, behind it all do."""
    window = Window(name="restart", zone=NEW_YORK, start_s=36_060, end_s=36_480)
    async with live(hours=Hours(Calendar(SETTINGS.closures), [window]), ends=LinkGaveUpError) as it:
        await it.enter()
        await it.settle(65)
        it.inject("restart")
        await it.settle(400)
        assert it.phase is Phase.WAITING
        assert it.ears.alerts() == []
        await it.settle(120)
    assert it.ears.alerts() == ["link_gave_up"]


# F05


@pytest.mark.parametrize("kind", ["half_open", "mute_in", "mute_out"])
async def test_f05_half_open_socket_is_found_within_15_s(kind: str, autojump_clock: object) -> None:
    """The connection stands, and nothing passes: either way, or one way."""
    async with live() as it:
        await it.enter()
        await it.settle(10)  # what is asked after an entry is answered, and nothing is asked for a while
        it.inject(kind, "25s", client=1, then="lost")
        await it.until(lambda: it.phase is Phase.DOWN or it.wiring.watchdog.state.generation > 1, 15)
        assert it.why_halted
        await it.settle(60)
        await it.ready()
        assert it.wiring.is_protected
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


async def test_f05_an_order_written_into_a_dead_socket_is_unknown_and_not_sent_again(autojump_clock: object) -> None:
    """What the program says no longer reaches TWS, though ticks still come: a signal's bracket goes nowhere."""
    async with live() as it:
        await it.ready()
        it.inject("mute_in", "20s", client=1, then="lost")
        await it.signal(1)
        assert it.entries == 1
        await it.until(lambda: it.phase is not Phase.READY, 15)
        assert it.orders.orders[0].state in (OrderState.SENT, OrderState.UNKNOWN)
        await it.settle(20)
        await it.ready()
        assert it.placed == []
        assert it.orders.bracket is not None
        assert it.orders.bracket.is_over
        it.agrees()
        await it.signal(-1)
        await it.until(lambda: it.truth == -1, 5)
        assert it.placed == [4, 5, 6]


# F06


@pytest.mark.parametrize("shape", ["both", "error", "inactive"])
async def test_f06_a_stop_that_is_refused_while_its_entry_fills_is_sent_again_within_5_s(
    shape: str, autojump_clock: object
) -> None:
    """L01. The last order of the bracket is refused: 201 and Inactive, or only one of them; entry and target work."""
    async with live() as it:
        await it.ready()
        it.inject("reject", which="stop", shape=shape)
        await it.signal(1)
        await it.until(lambda: it.truth == 1, 1)
        await it.until(lambda: it.is_sure, 5)
        assert it.placed == [ENTRY, TARGET, STOP, 4]
        assert it.resting == {TARGET: "Submitted", 4: "PreSubmitted"}
        it.agrees()


@pytest.mark.parametrize("which", ["entry", "limit"])
async def test_f06_a_bracket_of_which_another_order_is_refused_ends_flat_or_whole(
    which: str, autojump_clock: object
) -> None:
    """The entry is refused, and its exits know no parent; or the target is."""
    async with live() as it:
        await it.ready()
        it.inject("reject", which=which)
        await it.signal(1)
        await it.settle(20)
        if which == "entry":
            assert it.truth == 0
            assert it.resting == {}
        else:
            assert it.resting == {STOP: "PreSubmitted", 4: "Submitted"}
            assert it.is_sure
        it.agrees()


async def test_f06_a_stop_that_ib_takes_back_is_renewed_within_five_seconds(autojump_clock: object) -> None:
    """L01. 201 and Inactive for a stop that has rested for a minute."""
    async with live() as it:
        await it.enter()
        await it.settle(60)
        it.take_back(STOP)
        await it.until(lambda: not it.wiring.is_protected, 1)
        await it.until(lambda: it.wiring.is_protected, 5)
        it.agrees()


async def test_f06_all_exits_canceled_unasked_are_renewed(autojump_clock: object) -> None:
    """IB lets target and stop go: Cancelled and 202, which nobody has asked for."""
    async with live() as it:
        await it.enter()
        it.inject("unasked_cancel")
        await it.until(lambda: not it.wiring.is_protected, 1)
        await it.until(lambda: it.wiring.is_protected, 6)
        await it.settle(10)
        assert sorted(it.resting.values()) == ["PreSubmitted", "Submitted"]
        it.agrees()


async def test_f06_a_stop_that_can_never_be_proven_is_closed_or_said_out_loud_within_20_s(
    autojump_clock: object,
) -> None:
    """L02. TWS fills the entry, and never tells of any order, asked or not."""
    async with live() as it:
        await it.ready()
        it.inject("ack_lost")
        await it.signal(1)
        await it.settle(20)
        assert it.truth == 0 or it.orders.halted
        assert "unprotected" in it.ears.alerts()
        assert -1 <= it.truth <= 1


# F07


async def test_f07_data_that_dies_in_silence_shuts_the_gate_within_30_s(autojump_clock: object) -> None:
    """L03. 2103, two seconds later 2104, and no tick for ten minutes; the order channel is well."""
    async with live(spacing_s=15) as it:
        await it.enter()
        generation = it.wiring.watchdog.state.generation
        it.inject("stall", "10m")
        it.inject("2103", "2s")
        await it.until(lambda: it.why_halted, 30)
        await it.until(lambda: "data_stalled" in it.ears.alerts(), 40)
        asked = len(it.heard(ReqTickByTick))
        await it.settle(540)
        assert it.wiring.watchdog.state.generation == generation
        assert 2 <= len(it.heard(ReqTickByTick)) - asked <= 20
        assert it.ears.alerts().count("data_stalled") == 1
        assert it.wiring.is_protected
        await it.settle(60)
        await it.ready(300)
        assert [kind for kind in it.reel.kinds() if kind in (GAP, SEED)][-2:] == [GAP, SEED]
        it.agrees()


async def test_f07_streams_that_stay_dead_after_2104_are_asked_for_again(autojump_clock: object) -> None:
    """L04. 2103, then 2104, and the subscriptions are gone without a word."""
    async with live(spacing_s=15) as it:
        await it.enter()
        it.forget_data()
        it.inject("2103", "2s")
        await it.until(lambda: it.why_halted, 30)
        kinds = len(it.reel.kinds())
        await it.ready(60)
        assert [kind for kind in it.reel.kinds()[kinds:] if kind in (GAP, SEED)][-2:] == [GAP, SEED]
        assert it.wiring.watchdog.state.generation == 1
        signals = len(it.ears.signals)
        await it.settle(1)
        assert len(it.ears.signals) == signals
