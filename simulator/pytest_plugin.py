"""The pytest plugin: a fixture `mock_tws`, a TWS to test a bot against, started for the test on a free port.

@pytest.mark.mock_tws(seed=7, speed=20)
def test_my_bot_gets_filled(mock_tws):
    mock_tws.market.quote(bid=5000, ask=5000.25)
    run_my_bot(port=mock_tws.port)
    assert mock_tws.received("PlaceOrder")
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulator.tws.handle import MockTws

MARK = (
    "mock_tws(*options, seed=1, speed=20, start=None): how the fixture `mock_tws` starts; options as `bn mock-tws` "
    "takes them"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, for those who run with --strict-markers."""
    config.addinivalue_line("markers", MARK)


@pytest.fixture(scope="session")
def mock_tws_factory() -> "Iterator[Callable[..., MockTws]]":
    """Starts a mock TWS at each call, with the arguments of the mark; all end with the session."""
    from simulator.tws.handle import MockTws

    started: list[MockTws] = []

    def start(*options: str, seed: int = 1, speed: float | str = 20, start: str | None = None) -> MockTws:
        started.append(MockTws(*options, seed=seed, speed=speed, start=start))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def mock_tws(request: pytest.FixtureRequest) -> "Iterator[MockTws]":
    """A mock TWS for one test; `@pytest.mark.mock_tws(...)` says how it starts."""
    from simulator.tws.handle import MockTws

    mark = request.node.get_closest_marker("mock_tws")
    with MockTws(*(mark.args if mark else ()), **(mark.kwargs if mark else {})) as server:
        yield server
        if request.session.testsfailed:
            request.node.add_report_section("teardown", "mock TWS", "\n".join(server.log[-50:]))
