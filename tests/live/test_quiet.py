"""Nothing goes wrong: what the tests of failures build on."""

from pathlib import Path

import pytest

from tests.live.stage import live, on_disk

pytestmark = pytest.mark.trio


async def test_a_signal_becomes_a_protected_position_and_its_stop_a_round_trip(
    autojump_clock: object, tmp_path: Path
) -> None:
    with on_disk(tmp_path) as disk:
        async with live(paper=disk) as it:
            await it.enter()
            assert it.placed == [1, 2, 3]
            assert it.resting == {2: "Submitted", 3: "PreSubmitted"}
            it.agrees()
            it.mock.move(-20)
            await it.until(lambda: not it.truth, 5)
            await it.settle(6)
            it.agrees()
            assert [fill.reason for fill in it.ears.fills] == ["entry", "stop"]
            assert it.ears.alerts() == []
            await it.signal(1)
            assert it.ears.signals[-1][1] == "cooldown"
