"""Requests keep to a pace."""

import pytest
import trio

from system.broker.pace import QUEUE_MAX, REQUESTS_MAX, Pace

pytestmark = pytest.mark.trio


async def test_the_first_of_a_second_go_at_once_and_the_rest_in_order(autojump_clock: trio.testing.MockClock) -> None:
    pace, sent = Pace(), list[tuple[int, float]]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pace.run)
        for number in range(100):
            pace.soon(lambda number=number: sent.append((number, trio.current_time())))  # type: ignore[misc]
        assert len(sent) == REQUESTS_MAX
        await trio.sleep(10)
        nursery.cancel_scope.cancel()
    assert [number for number, _ in sent] == list(range(100))
    for at, (_, at_s) in enumerate(sent[REQUESTS_MAX:]):
        assert at_s - sent[at][1] >= 1.0


async def test_after_a_quiet_second_requests_go_at_once_again(autojump_clock: trio.testing.MockClock) -> None:
    pace, sent = Pace(), list[float]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pace.run)
        for _ in range(2):
            for _ in range(REQUESTS_MAX):
                pace.soon(lambda: sent.append(trio.current_time()))
            assert sent[-1] == trio.current_time()
            await trio.sleep(1.001)
        nursery.cancel_scope.cancel()
    assert len(sent) == 2 * REQUESTS_MAX


async def test_requests_without_end_are_a_bug() -> None:
    pace = Pace()
    for _ in range(QUEUE_MAX + REQUESTS_MAX):
        pace.soon(lambda: None)
    with pytest.raises(AssertionError, match="requests without end"):
        pace.soon(lambda: None)


async def test_f37_the_heartbeat_waits_for_the_pace_and_never_for_what_waits(
    autojump_clock: trio.testing.MockClock,
) -> None:
    pace, sent = Pace(), list[str]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pace.run)
        for _ in range(100):
            pace.soon(lambda: sent.append("question"))
        pace.soon(lambda: sent.append("heartbeat"), first=True)
        assert "heartbeat" not in sent
        await trio.sleep(10)
        nursery.cancel_scope.cancel()
    assert sent.index("heartbeat") == REQUESTS_MAX
