"""Faults of bytes and connections."""

from functools import partial
from typing import Final

from simulator.faults.kind import How, choice, flag, kind, time, whole

_SPAN: Final = partial(kind, "wire", How.SPAN)
_INSTANT: Final = partial(kind, "wire", How.INSTANT)
_NOTICE: Final = partial(kind, "wire", How.NOTICE)
_HEARD: Final = partial(kind, "wire", How.REQUEST)
_THEN: Final = choice(
    "then", "at the end what was held comes late, is lost, or the connection is reset", "late", "lost", "reset"
)

WIRE: Final = (
    _SPAN("delay", "what TWS says comes late", time("by", "how late", 1.0)),
    _SPAN("mute_out", "what TWS says does not reach the client; what the client says is heard", _THEN),
    _SPAN("mute_in", "what the client says does not reach TWS; what TWS says is heard", _THEN),
    _SPAN(
        "half_open",
        (
            "the connection stands and nothing passes, either way; without a message that begins it, new ones "
            "get no greeting"
        ),
        _THEN,
    ),
    _INSTANT("reset", "the connection is reset (RST)"),
    _INSTANT("hang_up", "TWS closes the connection (FIN)"),
    _NOTICE("reset_mid_frame", "half of a message, then a reset (RST)"),
    _NOTICE(
        "truncate",
        "a message loses its last bytes and the stream goes on, so that all later ones are misframed",
        whole("bytes", "how many, at most its body", 3, 1, 65_536),
    ),
    _NOTICE(
        "oversize",
        "a message announces another length than it has",
        whole("length", "what is announced", 2**31 - 1, -(2**31), 2**31 - 1),
    ),
    _NOTICE("garbage", "ahead of a message comes a frame of random bytes", whole("bytes", "how many", 40, 1, 65_536)),
    _NOTICE(
        "unknown_message",
        "ahead of a message comes one with an id that no client knows",
        whole("id", "that id", 9999, 1, 10**9),
    ),
    _NOTICE("duplicate", "a message comes twice"),
    _NOTICE("drop", "a message does not come: an answer, a tick, an End marker"),
    _NOTICE(
        "reorder",
        "a message comes after the next one of another type",
        time("within", "how long to wait for that one", 1.0),
    ),
    _SPAN("split", "what TWS says comes in crumbs, each sent by itself", whole("bytes", "of a crumb", 1, 1, 65_536)),
    _SPAN("coalesce", "what TWS says is saved up and comes in one piece", time("every", "how often it comes", 0.5)),
    _SPAN("slow", "what TWS says trickles", whole("rate", "bytes a second", 1000, 1, 10**9)),
    _SPAN(
        "refuse_326",
        "a client that comes is told that its id is in use",
        flag("silent", "closed without the word 326", default=False),
        everybody=True,
    ),
    _SPAN("stall_handshake", "a connection is taken and its greeting never comes", before_start=True),
    _SPAN(
        "version",
        "TWS greets with another version of the protocol",
        whole("version", "that version; 151 to 178 are also spoken", None, 1, 9999),
        before_start=True,
    ),
    _HEARD(
        "rate",
        "a message is refused with error 100 (more than 50 a second) and the connection is closed",
        flag("close", "whether it is closed", default=True),
    ),
)
