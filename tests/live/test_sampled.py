"""Market data as TWS samples it: only where that is allowed, and only when it is refused tick by tick."""

import pytest

from system.domain.ticks import QUOTE, TRADE
from tests.live.acts import act, away, quiet

pytestmark = [pytest.mark.trio, pytest.mark.usefixtures("autojump_clock")]


async def test_a_position_is_made_and_kept_on_sampled_data() -> None:
    """TWS grants no tick-by-tick request: 10190 for both streams."""
    mock = quiet()
    mock.data.limits.tick_by_tick = 0
    async with act(mock, allow_sampled=True) as it:
        assert len(it.told("data_sampled")) == 2
        assert not it.told("data_refused")
        await it.enter()
        await it.settle(3)
        it.check()


async def test_without_the_permission_nothing_is_traded_on_samples() -> None:
    mock = quiet()
    mock.data.limits.tick_by_tick = 0
    async with away(mock) as it:
        await it.settle(60)
        assert "10190" in " ".join(it.wiring.risk.shut_because())
        assert len(it.told("data_refused")) == 2
        assert not it.ears.signals


async def test_what_traded_between_two_samples_is_not_lost() -> None:
    """Each side has traded as much as the exchange says, whatever TWS let us see of it."""
    mock = quiet()
    mock.data.limits.tick_by_tick = 0
    async with act(mock, allow_sampled=True) as it:
        before, seen = mock.data.board.volume, len(it.reel.batches)
        await it.push()
        await it.settle(2)
        rows = [row for batch in it.reel.batches[seen:] for row in batch]
        traded = sum(int(row["size"]) for row in rows if row["kind"] == TRADE)
        assert traded == mock.data.board.volume - before > 0
        quotes = [row for batch in it.reel.batches for row in batch if row["kind"] == QUOTE]
        board = mock.data.board
        assert (quotes[-1]["bid_ticks"], quotes[-1]["ask_ticks"]) == (board.bid_ticks, board.ask_ticks)
