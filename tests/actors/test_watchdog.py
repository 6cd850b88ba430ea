"""The watchdog on the road: dials, marks and the gate."""

import pytest

from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.errors import LinkGaveUpError
from system.domain.link_state import Phase
from tests.actors.stage import Tws, stage

pytestmark = pytest.mark.trio


async def test_gives_up_after_the_fifth_failed_dial(autojump_clock: object) -> None:
    tws = Tws()
    tws.does.discard("dials")
    with pytest.RaisesGroup(pytest.RaisesExc(LinkGaveUpError, match="refused")):
        async with stage(tws=tws) as it:
            await it.settle(41)
    dials = [at_ns for at_ns, command in tws.commands if isinstance(command, link.Dial)]
    assert [(at_ns - dials[0]) / 1e9 for at_ns in dials] == [0, 10, 20, 30, 40]


async def test_is_ready_once_both_streams_flow(autojump_clock: object) -> None:
    async with stage() as it:
        await it.settle(1)
        assert it.wiring.watchdog.state.phase is Phase.SYNCING
        await it.until_ready()
        assert it.wiring.watchdog.state.phase is Phase.READY
        assert it.wiring.risk.why_halted() == ""


async def test_dials_again_when_the_other_side_hangs_up(autojump_clock: object) -> None:
    async with stage() as it:
        await it.until_ready()
        it.tws.hang_up()
        await it.settle(11)
        assert it.wiring.watchdog.state.generation == 2
        assert it.wiring.risk.why_halted() != ""
        await it.flow(2)
        assert it.wiring.watchdog.state.phase is Phase.READY


async def test_f05_a_peer_that_falls_silent_is_left_within_four_seconds(autojump_clock: object) -> None:
    async with stage() as it:
        await it.until_ready()
        it.tws.does.discard("beats")
        await it.settle(4.1)
        assert it.done(link.Abort) == [link.Abort(generation=1)]


async def test_a_gate_that_stays_shut_says_why_now_and_not_why_then(autojump_clock: object) -> None:
    async with stage() as it:
        await it.settle(1)
        assert it.wiring.risk.why_halted() == "the link is syncing"
        it.tws.hang_up()
        await it.settle(1)
        assert it.wiring.risk.why_halted() == "the link is down"


async def test_heartbeats_go_out_each_second_whatever_the_market_does(autojump_clock: object) -> None:
    async with stage() as it:
        await it.until_ready()
        before = len(it.done(link.Probe))
        for _ in range(300):
            it.tws.say(*it.tws.quote())
            await it.settle(0.01)
        assert len(it.done(link.Probe)) - before == pytest.approx(3, abs=1)


@pytest.mark.parametrize("restored", [1101, 1102])
async def test_f21_a_broker_that_is_cut_off_is_asked_for_no_books_until_it_is_back(
    restored: int, autojump_clock: object
) -> None:
    async with stage() as it:
        await it.until_ready()
        it.tws.say(link.CodeTold(now_ns=0, generation=1, code=1100, text=""))
        await it.settle(1)
        asked = len(it.done(order.Ask))
        await it.settle(100)
        assert len(it.done(order.Ask)) == asked
        assert not it.wiring.order.state.up
        it.tws.say(link.CodeTold(now_ns=0, generation=1, code=restored, text=""))
        await it.flow(2)
        assert len(it.done(order.Ask)) == asked + 3
        assert it.wiring.watchdog.state.phase is Phase.READY
