"""Faults that hit one message of TWS on its way: what is sent in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.faults.plan import Fault
from simulator.faults.watch import Watch, rubbish
from simulator.tws.notices import Notice
from simulator.tws.session import Session
from simulator.tws.wire.framing import LENGTH_BYTES, frame

if TYPE_CHECKING:
    from simulator.faults.player import Player


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that a fault hits."""

    player: "Player"
    watch: Watch
    session: Session
    notice: Notice

    @property
    def fault(self) -> Fault:
        return self.watch.fault


def _truncate(hit: Hit, data: bytes) -> bytes:
    return data[: max(LENGTH_BYTES, len(data) - hit.fault["bytes"])]


def _oversize(hit: Hit, data: bytes) -> bytes:
    length: int = hit.fault["length"]
    return length.to_bytes(LENGTH_BYTES, "big", signed=True) + data[LENGTH_BYTES:]


def _garbage(hit: Hit, data: bytes) -> bytes:
    watch, size = hit.watch, hit.fault["bytes"]
    watch.hits += 1
    return int(size).to_bytes(LENGTH_BYTES, "big") + rubbish(watch.seed, watch.number, watch.hits, size) + data


def _unknown_message(hit: Hit, data: bytes) -> bytes:
    return frame(hit.fault["id"], 1, 1) + data


def _duplicate(hit: Hit, data: bytes) -> bytes:
    return data + data


def _drop(hit: Hit, data: bytes) -> bytes:
    return b""


def _reset_mid_frame(hit: Hit, data: bytes) -> bytes:
    hit.player.pass_on(hit.session, data[: len(data) // 2])
    hit.player.reset(hit.session, hit.fault)
    return b""


def _reorder(hit: Hit, data: bytes) -> bytes:
    hit.player.hold(hit.session, type(hit.notice), data, hit.fault["within"])
    return b""


WIRE_STRIKES: Final[dict[str, Callable[[Hit, bytes], bytes]]] = {
    "truncate": _truncate,
    "oversize": _oversize,
    "garbage": _garbage,
    "unknown_message": _unknown_message,
    "duplicate": _duplicate,
    "drop": _drop,
    "reset_mid_frame": _reset_mid_frame,
    "reorder": _reorder,
}
