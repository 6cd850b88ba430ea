"""Drives the encoder and the decoder of ib_insync or ib_async, whichever is named; see recording.py."""

import sys
from datetime import timezone
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from recording import Calls, Complaints, made, plain, run

library = sys.argv[1]
lib = import_module(library)
Client = import_module(f"{library}.client").Client
order = import_module(f"{library}.order")
contract = import_module(f"{library}.contract")
objects = import_module(f"{library}.objects")
complaints = Complaints()
CONDITIONS = {1: "PriceCondition", 3: "TimeCondition", 4: "MarginCondition"}
CONDITIONS |= {5: "ExecutionCondition", 6: "VolumeCondition", 7: "PercentChangeCondition"}


class Wrapper(Calls):
    """What the decoders ask of the real wrapper: in which zone to tell times."""

    defaultTimezone = timezone.utc  # noqa: N815, UP017 - the client's name; it may run on an older Python
    ib = SimpleNamespace(TimezoneTWS=None)


def build(name: str, attributes: dict[str, Any]) -> Any:
    if name == "Condition":
        name = CONDITIONS[attributes.pop("type")]
    for module in (contract, order, objects):
        if hasattr(module, name):
            return getattr(module, name)(**attributes)
    raise ValueError(name)


def client(version: int) -> tuple[Any, Wrapper, list[bytes]]:
    wrapper, sent = Wrapper(), []
    made_client = Client(wrapper)
    made_client.connState = Client.CONNECTED
    made_client.clientId = 7
    made_client.MaxRequests = 0
    made_client._serverVersion = version
    made_client._apiReady = True
    made_client.decoder.serverVersion = version
    made_client.conn.sendMsg = sent.append
    return made_client, wrapper, sent


def ask(version: int, method: str, arguments: list[Any]) -> bytes:
    asking, _, sent = client(version)
    getattr(asking, method)(*made(arguments, build))
    return b"".join(sent)


def hear(version: int, frame: bytes) -> dict[str, Any]:
    hearing, wrapper, _ = client(version)
    hearing._onSocketHasData(frame)
    heard = [[name, plain(values)] for name, values in wrapper.taken() if not name.startswith("tcpData")]
    return {"calls": heard, "complaints": complaints.taken()}


import_module("asyncio").set_event_loop(import_module("asyncio").new_event_loop())
run(ask, hear)
