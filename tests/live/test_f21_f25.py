"""F21 to F25 of the failure catalogue, through the real client: TWS and IB part, farms flap, ids are in use."""

from dataclasses import replace
from itertools import pairwise

import pytest

from simulator.tws.requests import ReqTickByTick, StartApi
from system.domain.errors import LinkGaveUpError
from system.domain.link_state import Phase
from system.domain.settings import SECOND_NS
from tests.actors.stage import SETTINGS
from tests.live.stage import live

pytestmark = pytest.mark.trio

ENTRY, TARGET, STOP = 1, 2, 3
THREE = replace(SETTINGS, contracts=3)


# F21


@pytest.mark.parametrize(
    ("kind", "settings"), [("1100", {"data": "lost"}), ("1100", {"data": "kept"}), ("2110", {})], ids=str
)
async def test_f21_books_and_data_are_proven_again_after_ib_was_lost(
    kind: str, settings: dict[str, str], autojump_clock: object
) -> None:
    """1100 or 2110 for 30 s, then 1101 with every subscription gone, or 1102."""
    async with live() as it:
        await it.enter()
        streams = len(it.heard(ReqTickByTick))
        it.inject(kind, "30s", **settings)
        await it.until(lambda: it.why_halted, 1)
        assert it.why_halted == "the link is cut off"
        assert not it.wiring.is_protected  # as far as is proven
        await it.settle(29.5)
        reconciled = [event for event, _ in it.ears.said].count("reconciled")
        assert await it.ready() <= 3
        assert [event for event, _ in it.ears.said].count("reconciled") == reconciled + 1
        assert it.wiring.is_protected
        assert len(it.heard(ReqTickByTick)) - streams == (2 if settings.get("data") == "lost" else 0)
        assert it.wiring.watchdog.state.generation == 1
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


async def test_f21_data_that_1102_says_is_kept_and_that_is_not_is_asked_for_again(autojump_clock: object) -> None:
    """L04. 1102, and no tick ever comes of the old subscriptions."""
    async with live() as it:
        await it.enter()
        it.inject("1100", "10s")
        await it.settle(5)
        it.forget_data()
        await it.settle(6)
        assert it.why_halted
        await it.ready(60)
        assert it.wiring.watchdog.state.generation == 1
        assert len(it.heard(ReqTickByTick)) == 4
        it.agrees()


async def test_f21_1101_without_1100_before_it_is_taken_as_seriously(autojump_clock: object) -> None:
    """1101 out of nothing, and the subscriptions are gone."""
    async with live() as it:
        await it.enter()
        it.forget_data()
        it.inject("code", code=1101)
        await it.until(lambda: it.why_halted, 1)
        await it.until(lambda: it.phase is Phase.READY, 3)
        assert len(it.heard(ReqTickByTick)) == 4
        await it.ready()
        assert it.wiring.is_protected
        it.agrees()


# F22


async def test_f22_farms_that_flap_for_minutes_leave_the_order_channel_alone(autojump_clock: object) -> None:
    """2103 and 2104, 2105 and 2106, 2157 and 2158, in turn; a close is asked for while data is away."""
    async with live() as it:
        await it.enter()
        for number in range(12):
            it.inject(("2103", "2105", "2157")[number % 3], "4s")
            await it.settle(1)
            assert it.phase is Phase.READY
            assert bool(it.why_halted) == (number % 3 == 0)
            assert it.wiring.is_protected
            await it.settle(6)
            await it.ready(2)
        for code in (2107, 2108, 2119):
            it.inject("code", code=code, text="usfuture")
            await it.settle(0.2)
            assert not it.why_halted, code
        it.inject("2103", "20s")
        await it.settle(1)
        it.ask("flatten")
        await it.until(lambda: it.truth == it.held == 0, 3)
        assert it.wiring.watchdog.state.generation == 1
        assert len(it.heard(StartApi)) == 1
        assert it.ears.alerts() == ["halted"]
        await it.settle(6)
        it.agrees()


# F23


@pytest.mark.parametrize("kind", ["reset", "hang_up"])
async def test_f23_a_connection_that_breaks_as_soon_as_it_stands_is_dialled_five_times_and_never_twice_at_once(
    kind: str, autojump_clock: object
) -> None:
    """L05. TWS takes each connection, and breaks it within a second."""
    most = 0
    async with live(ends=LinkGaveUpError) as it:
        await it.enter()
        await it.settle(61)
        for _ in range(600):
            most = max(most, len(it.mock.connections))
            if it.mock.sessions:
                it.inject(kind)
            await it.settle(0.2)
    assert most == 1
    dials = [now_ns for now_ns, phase in it.phases if phase == "dialling"][1:]
    assert len(dials) == 5
    assert all(10 <= (later - earlier) / SECOND_NS < 12 for earlier, later in pairwise(dials))
    assert it.ears.alerts()[-1] == "link_gave_up"
    assert it.resting == {TARGET: "Submitted", STOP: "PreSubmitted"}


async def test_f23_what_an_old_connection_says_late_is_not_heard(autojump_clock: object) -> None:
    """TWS falls silent, is left, and what it had to say comes when a new connection stands."""
    async with live() as it:
        await it.enter()
        it.inject("mute_out", "9s", client=1, then="late")
        it.mock.move(-20)
        await it.settle(3)
        assert (it.truth, it.held) == (0, 1)
        await it.until(lambda: it.wiring.watchdog.state.generation > 1, 15)
        await it.ready()
        await it.settle(10)
        assert [fill.reason for fill in it.ears.fills] == ["entry", "stop"]
        it.agrees()


# F24


@pytest.mark.parametrize("silent", [False, True])
async def test_f24_a_client_id_in_use_is_waited_for_and_no_other_is_taken(silent: bool, autojump_clock: object) -> None:
    """TWS says for 25 s that the id is in use (326), or closes without a word, after the connection was reset."""
    async with live() as it:
        await it.enter()
        await it.settle(61)
        it.inject("refuse_326", "25s", silent=silent)
        it.inject("reset")
        await it.settle(25)
        assert it.why_halted
        await it.ready()
        assert it.wiring.is_protected
        assert {one.client_id for _, one in it.mock.heard if isinstance(one, StartApi)} == {1}
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


async def test_f24_a_client_id_that_stays_in_use_is_given_up_with_advice(autojump_clock: object) -> None:
    """L05, L07. 326 for ever."""
    async with live(ends=LinkGaveUpError) as it:
        await it.enter()
        await it.settle(61)
        it.inject("refuse_326")
        it.inject("reset")
        await it.settle(120)
    (said,) = [str(fields["text"]) for event, fields in it.ears.said if fields.get("name") == "link_gave_up"]
    assert "client id is in use" in said
    assert "restart TWS or Gateway" in said
    assert {one.client_id for _, one in it.mock.heard if isinstance(one, StartApi)} == {1}
    assert it.truth == 1
    assert it.resting == {TARGET: "Submitted", STOP: "PreSubmitted"}


# F25


@pytest.mark.parametrize("alone", [False, True])
async def test_f25_a_second_order_under_one_id_is_an_alarm_and_does_not_outlive_the_position(
    alone: bool, autojump_clock: object
) -> None:
    """A contract of three is sold by hand; cutting the exits to two makes a second order of each: both permIds live."""
    async with live(settings=THREE) as it:
        await it.enter()
        it.inject("second_order", "1h", alone=alone)
        it.inject("manual_trade", action="SELL", contracts=1)
        await it.until(lambda: "double_order" in it.ears.alerts(), 90)
        assert len(it.mock.desk.orders) == 4
        assert it.orders.halted
        await it.until(lambda: it.truth == it.held == 0, 20)
        await it.until(lambda: not it.mock.desk.orders, 30)
        assert it.is_over
        assert sorted(it.placed) == [ENTRY, TARGET, TARGET, STOP, STOP, 4]
        assert it.orders.book.position == 0
