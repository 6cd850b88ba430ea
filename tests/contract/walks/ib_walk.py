"""The walk of ib_insync and ib_async."""

import ib_data
import ib_orders
import ib_sessions
from ib_client import IbClient
from walking import Walk


def walk(library: str, port: int) -> int:
    """The number of steps that failed, at most 1 for use as a status."""
    client, told = IbClient(library, port), Walk()
    told.run([*ib_data.steps(client), *ib_orders.steps(client), *ib_sessions.steps(client)], needed="connect")
    return min(told.failed, 1)
