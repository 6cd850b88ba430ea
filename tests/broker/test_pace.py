"""The pace of requests: at most so many a second, in order, and the heartbeat ahead of all."""

import pytest
import trio
import trio.testing

from system.broker.pace import REQUESTS_MAX, Pace

pytestmark = pytest.mark.trio


async def sent_s(asked: list[tuple[str, bool]]) -> list[tuple[str, float]]:
    """What is sent when: all of it asked at once."""
    pace, sent, began_s = Pace(), list[tuple[str, float]](), trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pace.run)
        for name, first in asked:
            pace.soon(lambda name=name: sent.append((name, trio.current_time() - began_s)), first=first)  # type: ignore[misc]
        await trio.sleep(60)
        nursery.cancel_scope.cancel()
    return sent


async def test_f38_no_second_sees_more_requests_than_the_pace_allows(autojump_clock: object) -> None:
    sent = await sent_s([(str(number), False) for number in range(100)])
    assert [name for name, _ in sent] == [str(number) for number in range(100)]
    for (_, before_s), (_, after_s) in zip(sent, sent[REQUESTS_MAX:], strict=False):
        assert after_s - before_s >= 1


async def test_f37_the_heartbeat_waits_for_the_pace_and_never_for_what_waits(autojump_clock: object) -> None:
    sent = await sent_s([*((str(number), False) for number in range(100)), ("beat", True)])
    assert [name for name, _ in sent].index("beat") == REQUESTS_MAX
    assert dict(sent)["beat"] <= 1.001
