"""Drives the encoder and the decoder of the official ibapi; see recording.py."""

import logging
from types import SimpleNamespace
from typing import Any

from ibapi import comm, order_condition
from ibapi.client import EClient
from ibapi.contract import ComboLeg, Contract, DeltaNeutralContract
from ibapi.decoder import Decoder
from ibapi.execution import ExecutionFilter
from ibapi.order import Order, OrderComboLeg
from ibapi.scanner import ScannerSubscription
from ibapi.softdollartier import SoftDollarTier
from ibapi.tag_value import TagValue
from recording import Calls, Complaints, made, run

logging.getLogger().setLevel(logging.WARNING)
complaints = Complaints()
KINDS = (
    *(ComboLeg, Contract, DeltaNeutralContract, ExecutionFilter, Order, OrderComboLeg, ScannerSubscription),
    *(SoftDollarTier, TagValue),
)
# Its conditions have other names than the other clients' for the same.
CONDITION_NAMES = {"exch": "exchange"}


def build(name: str, attributes: dict[str, Any]) -> Any:
    if name == "Condition":
        built = order_condition.Create(attributes.pop("type"))
        attributes = {CONDITION_NAMES.get(key, key): value for key, value in attributes.items()}
    else:
        built = next(kind for kind in KINDS if kind.__name__ == name)()
    for key, value in attributes.items():
        assert hasattr(built, key), f"{name} has no {key}"
        setattr(built, key, value)
    return built


def ask(version: int, method: str, arguments: list[Any]) -> bytes:
    wrapper, sent = Calls(), []
    client = EClient(wrapper)
    client.conn = SimpleNamespace(isConnected=lambda: True, sendMsg=sent.append)
    client.connState = EClient.CONNECTED
    client.clientId = 7
    client.optCapab = ""
    client.serverVersion_ = version
    getattr(client, method)(*made(arguments, build))
    assert not wrapper.noted, wrapper.noted
    return b"".join(sent)


def hear(version: int, frame: bytes) -> dict[str, Any]:
    wrapper = Calls()
    size, text, rest = comm.read_msg(frame)
    assert size == len(text), "a frame that is not whole"
    assert not rest, "bytes behind the frame"
    try:
        Decoder(wrapper, version).interpret(comm.read_fields(text))
    except Exception as error:  # noqa: BLE001 - whatever it is, its message thread would have died of it
        complaints.said.append(repr(error))
    return {"calls": wrapper.taken(), "complaints": complaints.taken()}


run(ask, hear)
