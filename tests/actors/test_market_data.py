"""What market data makes of the streams: batches, gaps and seeds."""

import pytest

from system.domain.road import AskSeed
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import GAP, QUOTE, SEED, TRADE
from tests.actors.stage import stage
from tests.domain.tape import NOON

pytestmark = pytest.mark.trio


async def test_a_start_in_mid_session_writes_a_gap_and_a_seed(autojump_clock: object) -> None:
    async with stage() as it:
        await it.until_ready()
        assert it.reel.kinds()[:4] == [GAP, QUOTE, TRADE, SEED]
        assert it.done(AskSeed) == [AskSeed(generation=1, opened_ns=Calendar().at(NOON).open_ns)]
        assert it.wiring.risk.is_whole


async def test_without_a_seed_nothing_is_traded_before_the_next_session(autojump_clock: object) -> None:
    async with stage() as it:
        it.tws.seed = None
        await it.until_ready()
        assert it.wiring.risk.why_halted() == "VWAP misses trades of this session"
        await it.flow(600)
        assert len(it.done(AskSeed)) == 5
        assert SEED not in it.reel.kinds()


async def test_the_next_session_is_whole_from_its_first_trade_on(autojump_clock: object) -> None:
    open_ns = Calendar().at(NOON).reopen_ns
    async with stage(open_ns - 120 * SECOND_NS) as it:
        it.tws.seed = None
        await it.settle(121)
        await it.flow(2)
        assert it.wiring.risk.is_whole
        assert GAP not in it.reel.kinds()


async def test_a_lost_link_in_mid_session_is_one_gap(autojump_clock: object) -> None:
    async with stage() as it:
        await it.until_ready()
        before = it.reel.kinds().count(GAP)
        it.tws.hang_up()
        await it.settle(30)
        await it.flow(2)
        assert it.reel.kinds().count(GAP) == before + 1
        assert it.reel.kinds().count(SEED) == 2


async def test_a_session_that_opens_while_the_link_is_down_is_not_whole(autojump_clock: object) -> None:
    open_ns = Calendar().at(NOON).reopen_ns
    async with stage(open_ns - 60 * SECOND_NS) as it:
        it.tws.seed = None
        await it.settle(10)
        it.tws.does.discard("dials")
        it.tws.hang_up()
        await it.settle(70)
        it.tws.does.add("dials")
        await it.settle(60)
        await it.flow(2)
        assert it.wiring.watchdog.state.generation > 1
        assert not it.wiring.risk.is_whole


async def test_a_market_that_begins_with_us_has_no_gap(autojump_clock: object) -> None:
    async with stage(starts_whole=True) as it:
        await it.until_ready()
        assert it.reel.kinds()[:2] == [QUOTE, TRADE]
        assert it.done(AskSeed) == []


async def test_a_trade_carries_the_last_valid_quote(autojump_clock: object) -> None:
    async with stage(starts_whole=True) as it:
        await it.settle(1)
        crossed = it.tws.quote(20_005, 20_001)
        it.tws.say(*it.tws.quote(20_000, 20_001), *crossed, *it.tws.trade(20_001))
        await it.settle()
        (batch,) = it.reel.batches
        assert batch["bid_ticks"].tolist() == [20_000, 20_005, 20_000]
