"""Which version of the protocol a client and we speak, and what each version changes in a message's layout, as data."""

import re
from enum import IntEnum
from typing import Final

from simulator.tws.wire.framing import ProtocolError

SERVER_MIN: Final = 151
SERVER_MAX: Final = 178  # the highest that some client asks for without the binary protocol (201 on)
_OFFER: Final = re.compile(rb"v(\d{1,9})(?:\.\.(\d{1,9}))?(?: .*)?", re.DOTALL)


class Gate(IntEnum):
    """The first version at which a layout holds."""

    STOCK_TYPE = 152  # contract details end in it
    DURATION = 158  # open orders
    POST_TO_ATS = 160  # open orders
    AUTO_CANCEL_PARENT = 162  # open orders
    SIZE_INCREMENT = 163  # contract details: one size, only at this version
    SIZE_RULES = 164  # contract details: no version and size multiplier, three sizes instead of one
    REJECT_JSON = 166  # errors end in it
    PEG_FIELDS = 170  # open orders and completed ones: five more
    ISSUER_ID = 176  # symbol samples: description and issuer of each
    NO_FA_PROFILE = 177  # open orders, completed ones, and orders as placed: a field less
    PRICE_REVISION = 178  # executions end in it


def negotiate(offer: bytes) -> int | None:
    """The version to speak, or None where all that is offered is too new or too old.

    `offer` is `v157..178` or `v157`, with connect options after a space. Raises ProtocolError for anything else.
    """
    match = _OFFER.fullmatch(offer.rstrip(b"\0"))
    if match is None:
        raise ProtocolError(f"offered {offer[:40]!r}; expected versions such as v157..178")
    lowest = int(match[1])
    highest = int(match[2] or match[1])
    agreed = min(SERVER_MAX, highest)
    return agreed if max(lowest, SERVER_MIN) <= agreed else None
