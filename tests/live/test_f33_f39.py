"""F33 to F39: TWS that is away, cut off, taken by another login, too slow, or frozen."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from simulator.tws.account_notices import PositionMulti
from simulator.tws.notices import Notice
from simulator.tws.requests import PlaceOrder
from simulator.tws.session import Session
from system.domain import order_events as order
from system.domain.errors import LinkGaveUpError
from system.domain.hours import Hours
from system.domain.link_state import Phase
from system.domain.maintenance import Window
from system.domain.order_state import OrderState
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from tests.actors.stage import SETTINGS
from tests.domain.tape import new_york
from tests.live.acts import TEN, act, away, quiet

pytestmark = pytest.mark.trio

NEW_YORK = ZoneInfo("America/New_York")
MINUTE_S = 60


def window(start: str, end: str, margin_s: int = 0) -> Hours:
    """A daily window of maintenance, in New York's time."""
    start_s, end_s = (int(text[:2]) * 3600 + int(text[3:]) * 60 for text in (start, end))
    one = Window(name="restart", zone=NEW_YORK, start_s=start_s, end_s=end_s)
    return Hours(Calendar(), [one], margin_s * SECOND_NS)


async def test_f33_a_gateway_at_its_login_window_is_said_and_given_up_once_the_market_opens(
    autojump_clock: object,
) -> None:
    """Sunday: nothing listens from 17:55 on. While Globex is closed tries do not count; from 18:00 on they do."""
    mock = quiet(new_york("2024-03-17 17:55:00"), minutes=40, every_s=1)
    mock.listens = False
    async with away(mock, ends=LinkGaveUpError) as it:
        await it.settle(4 * MINUTE_S)
        assert it.phase is Phase.WAITING
        assert it.ears.alerts() == []
        await it.until(lambda: it.told("link_gave_up"), 3 * MINUTE_S)
        opened_ns = new_york("2024-03-17 18:00:00")
        assert it.clock() - opened_ns <= 120 * SECOND_NS
        assert "5 tries to reach TWS, or to keep it, failed" in it.told("link_gave_up")[0]
        assert not it.sent()
        await it.settle(10)


async def test_f33_a_login_that_comes_in_time_needs_nobody(autojump_clock: object) -> None:
    """The same, and TWS is there at 17:57: READY when the market opens."""
    mock = quiet(new_york("2024-03-17 17:55:00"), minutes=40, every_s=1)
    mock.listens = False
    async with away(mock) as it:
        await it.settle(2 * MINUTE_S)
        mock.listens = True
        await it.settle(4 * MINUTE_S)
        assert it.phase is Phase.READY
        assert it.ears.alerts() == []
        assert it.why_halted == ""


async def test_f34_no_entry_is_made_shortly_before_the_planned_restart(autojump_clock: object) -> None:
    """A restart is planned for 10:02; two minutes ahead of it, and in it, signals are denied."""
    async with away(hours=window("10:02", "10:03", 2 * MINUTE_S)) as it:
        await it.until(lambda: it.phase is Phase.READY, 60)
        await it.settle(5)
        await it.push()
        assert it.outcome == "halted"
        assert it.why_halted == "soon maintenance: restart"
        await it.settle(2 * MINUTE_S)
        assert it.why_halted == "maintenance: restart"
        await it.settle(MINUTE_S)
        assert it.why_halted == ""
        assert not it.sent()


async def test_f34_what_is_held_over_the_planned_restart_rests_protected_at_the_broker(autojump_clock: object) -> None:
    """TWS restarts within the window with a position open: nothing counts as a failure, nothing is sent."""
    settings = replace(SETTINGS, cooldown_after_loss_ns=10 * SECOND_NS)
    async with act(hours=window("10:01", "10:03", 30), settings=settings) as it:
        await it.enter()
        await it.until(lambda: it.clock() - TEN >= 61 * SECOND_NS, 200)
        it.inject("restart", "100s", ids_lost=2)
        await it.settle(95)
        assert it.phase is Phase.WAITING
        assert it.stops() == [(-1, 1)]
        assert it.ears.alerts() == []
        await it.ready(80)
        it.check()
        assert it.wiring.is_protected
        it.jump(-10)
        await it.settle(8)
        it.check()
        assert it.held == 0
        await it.settle(5)  # the cooldown
        await it.push()
        await it.settle(5)
        it.check()  # ids rise, though TWS has given two of them back
        assert it.held == 1


async def test_f35_a_nightly_reset_is_waited_out_on_the_same_connection(autojump_clock: object) -> None:
    """1100 for three minutes within the window; the stop fills meanwhile; reports come with 1102, by asking."""
    async with act(hours=window("10:01", "10:06", 0)) as it:
        await it.enter()
        await it.until(lambda: it.clock() - TEN >= 65 * SECOND_NS, 100)
        it.inject("1100", "180s")
        it.jump(-10)
        await it.settle(178)
        assert (it.truth, it.held) == (0, 1)
        assert it.phase is Phase.CUT_OFF
        assert it.ears.alerts() == []
        await it.until(lambda: it.held == 0, 10)
        await it.settle(10)
        it.check()
        assert it.ears.fills[-1].reason == "stop"
        assert it.wiring.watchdog.state.generation == 1
        assert not it.halted


async def test_f35_positions_that_lag_their_fills_infer_nothing(autojump_clock: object) -> None:
    """For eight seconds after each fill IB still tells the position of before, whoever asks."""
    async with act() as it:
        say, lags = it.faults.say, [(0, 0)]  # until when which position is told

        def late(session: Session, notice: Notice) -> None:
            until_ns, contracts = lags[-1]
            if isinstance(notice, PositionMulti) and it.clock() < until_ns:
                notice = replace(notice, position=contracts)
            say(session, notice)

        it.faults.say = late  # type: ignore[method-assign]
        lags.append((it.clock() + 9 * SECOND_NS, 0))
        await it.enter()
        await it.settle(40)
        lags.append((it.clock() + 9 * SECOND_NS, 1))
        it.jump(-10)
        await it.settle(80)
        it.check()
        assert it.held == it.truth == 0
        assert [fill.reason for fill in it.ears.fills] == ["entry", "stop"]
        assert it.ears.alerts() == []
        assert len(it.sent()) == 3


async def test_f36_another_login_that_takes_the_data_is_said_by_name_and_stops_entries(autojump_clock: object) -> None:
    """10197 for both streams, for a minute; what is held stays protected, for the order channel is another."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject("entitlement", "60s", data="competing")
        await it.until(lambda: it.why_halted, 2)
        assert "10197" in it.why_halted
        (said, *_) = it.told("data_refused")
        assert "another login takes the data" in said
        await it.settle(50)
        it.check()
        assert it.phase is Phase.READY
        assert it.wiring.is_protected
        assert len(it.sent()) == 3
        await it.ready(120)
        assert it.wiring.watchdog.state.generation == 1


async def test_f37_an_order_never_waits_behind_requests_for_data(autojump_clock: object) -> None:
    """Two hundred questions are queued: the bracket is heard at once, and TWS is never asked more than it allows."""
    async with act() as it:
        for number in range(200):
            it.broker.do(order.Ask(question="executions", number=-number))
        await it.push()
        heard = [said for _, said in it.mock.heard]
        await it.settle(0.05)
        asked = sum(1 for said in heard if type(said).__name__ == "ReqExecutions")
        assert [said.order_id for said in heard if isinstance(said, PlaceOrder)] == [1, 2, 3]
        assert asked < 100
        await it.settle(15)
        assert sum(1 for _, said in it.mock.heard if type(said).__name__ == "ReqExecutions") > 200
        assert it.wiring.watchdog.state.generation == 1, "neither error 100 nor a late heartbeat has ended it"
        it.check()
        assert it.held == 1


@pytest.mark.parametrize("closes", [True, False])
async def test_f38_error_100_loses_an_order_and_it_is_found_out(closes: bool, autojump_clock: object) -> None:
    """100 for the second order of a bracket: it is not placed, and the connection may be closed."""
    async with act() as it:
        it.inject_plan(f'[[fault]]\nkind = "rate"\nmessage = 2\nof = "PlaceOrder"\nclose = {str(closes).lower()}')
        await it.push()
        await it.settle(25)
        it.check()
        assert abs(it.truth) <= 1
        assert it.truth == 0 or it.wiring.is_protected
        assert it.phase is Phase.READY
        assert it.why_halted == ""


async def test_f39_a_gateway_that_takes_connections_and_greets_nobody_is_given_up(autojump_clock: object) -> None:
    """The port is open and no greeting comes: five tries of ten seconds, ten seconds apart."""
    mock = quiet()
    async with away(mock, ends=LinkGaveUpError) as it:
        it.inject("stall_handshake")
        await it.until(lambda: it.told("link_gave_up"), 100)
        assert 5 * 10 <= (it.clock() - TEN) / SECOND_NS < 100
        assert "did not answer" in it.told("link_gave_up")[0]
        await it.settle(10)


@pytest.mark.parametrize("what", ["contracts", "executions"])
async def test_f39_a_gateway_whose_answers_hang_is_never_ready(what: str, autojump_clock: object) -> None:
    """The greeting and the heartbeat are answered; one question is not: no proof, no entry."""
    mock = quiet()
    async with away(mock, ends=LinkGaveUpError) as it:
        if what == "contracts":
            it.inject("2157")
        else:
            it.inject("drop", "10m", of="ExecDetailsEnd")
        await it.until(lambda: it.told("link_gave_up"), 120)
        assert not any(phase == "ready" for _, phase in it.phases)
        assert not it.sent()
        await it.settle(10)


async def test_f39_a_gateway_that_freezes_with_an_order_on_its_way_is_noticed(autojump_clock: object) -> None:
    """It takes the bracket, and from then on says nothing for 20 s, then is itself again: nothing is sent twice."""
    async with act() as it:
        it.inject_plan('[[fault]]\nkind = "mute_out"\nmessage = 3\nof = "PlaceOrder"\nfor = "20s"\nthen = "lost"')
        await it.push()
        lost_s = await it.until(lambda: it.phase not in (Phase.READY, Phase.SYNCING), 15)
        assert lost_s <= 5
        assert {one.state for one in it.bracket.orders} == {OrderState.UNKNOWN}
        await it.until(lambda: it.wiring.is_protected, 60)
        await it.ready()
        it.check()
        assert it.held == 1
        assert len(it.sent()) == 3
