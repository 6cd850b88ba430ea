"""Account numbers, hidden wherever they would be written: the middle becomes stars and the length stays.

The length, because wire frames carry theirs in front: a masked recording can still be cut into messages.
"""

import re
from typing import Final

# IB's: U1234567, for paper DU1234567 or DF1234567, some with one more letter. In front of one may stand whatever is no
# part of a word, and what an escape leaves of a control character in a text that somebody has quoted: \n, \x00, \u0000.
NUMBER: Final = (
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt0])|(?<=\\x[0-9a-f]{2})|(?<=\\u[0-9a-f]{4}))(D?[UFI][A-Z]?)(\d{5,9})(?![A-Za-z0-9])"
)
TEXT: Final = re.compile(NUMBER, re.ASCII)
BYTES: Final = re.compile(NUMBER.encode())
PERHAPS: Final = re.compile(
    rb"[UFI][A-Z]?\d{5}"
)  # what every one of them has: most messages have none, and that is found fast
SHOWN: Final = 3  # last digits


def mask_text(text: str) -> str:
    """`DU1234567` becomes `DU****567`, anywhere in a text."""
    return TEXT.sub(lambda found: found[1] + _stars(found[2]), text)


def mask_bytes(data: bytes) -> bytes:
    """The same in bytes, such as a message of the wire; as many as before."""
    if PERHAPS.search(data) is None:
        return data
    return BYTES.sub(lambda found: found[1] + _stars(found[2].decode()).encode(), data)


def _stars(digits: str) -> str:
    return "*" * (len(digits) - SHOWN) + digits[-SHOWN:]
