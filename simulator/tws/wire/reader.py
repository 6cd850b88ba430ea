"""A cursor over the fields of a client's message: it reads what is there, and takes the default where nothing is."""

import math
import re
from typing import Final

from simulator.tws.terms import Contract

NO_ID: Final = -1
READING_FAILED: Final = 320  # TWS: error reading request
UNSET_INTEGER: Final = 2_147_483_647  # how clients write that they say nothing
UNSET_NUMBER: Final = 1.7976931348623157e308
UNSET_DECIMAL: Final = float(2**127 - 1)  # of a size, from version 163 on
INTEGER_MAX: Final = 2_147_483_647  # TWS reads integers of 32 bits
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_FLAGS: Final = {"0": False, "1": True, "false": False, "true": True}


class BadMessage(Exception):  # noqa: N818 - named as what it is: the answer to one message
    """A message that cannot be read, as TWS answers it: an error to the client, and the session goes on."""

    def __init__(self, req_id: int, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.req_id = req_id
        self.code = code
        self.text = text


class Reader:
    """Reads one field after the other from `at` on; behind the last field, all are empty."""

    __slots__ = ("_at", "_fields", "req_id")

    def __init__(self, fields: list[str], at: int) -> None:
        self._fields = fields
        self._at = at
        self.req_id = NO_ID

    def text(self) -> str:
        """What is written; nothing where the message has ended."""
        at = self._at
        self._at = at + 1
        return self._fields[at] if at < len(self._fields) else ""

    @property
    def left(self) -> int:
        """How many fields are left."""
        return max(0, len(self._fields) - self._at)

    def skip(self, count: int) -> None:
        """Pass over `count` fields."""
        self._at += count

    def number(self) -> float | None:
        """A number, or None where the client says nothing. Raises BadMessage for anything that is no finite number."""
        written = self.text().strip()
        if not written:
            return None
        if not _NUMBER.fullmatch(written):
            raise self.bad(written)
        value = float(written)
        if not math.isfinite(value):
            raise self.bad(written)
        return None if value >= UNSET_NUMBER or value == UNSET_DECIMAL else value

    def whole(self) -> int | None:
        """A whole number, even one written with a decimal point, or None where the client says nothing."""
        value = self._whole()
        return None if value == UNSET_INTEGER else value

    def _whole(self) -> int | None:
        value = self.number()
        if value is None:
            return None
        if not value.is_integer() or abs(value) > INTEGER_MAX:
            raise self.bad(self._fields[self._at - 1])
        return int(value)

    def integer(self, default: int = 0) -> int:
        """A whole number, or the default where the client says nothing."""
        value = self.whole()
        return default if value is None else value

    def count(self) -> int:
        """How many entries follow."""
        value = self.integer()
        if value < 0:
            raise self.bad(str(value))
        return value

    def needed(self) -> int:
        """A whole number that has no default."""
        value = self._whole()
        if value is None:
            raise self.bad("")
        return value

    def id(self) -> int:
        """The id of the request or order, which errors from here on are about."""
        self.req_id = self.needed()
        return self.req_id

    def flag(self, *, default: bool = False) -> bool:
        """Yes or no, or the default where the client says nothing."""
        written = self.text().strip().lower()
        if not written:
            return default
        known = _FLAGS.get(written)
        if known is not None:
            return known
        self._at -= 1
        return self.integer() != 0

    def contract(self) -> Contract:
        """The 12 fields that name a contract in all requests."""
        return Contract(
            con_id=self.integer(),
            symbol=self.text(),
            sec_type=self.text(),
            last_trade=self.text(),
            strike=self.number() or 0.0,
            right=self.text(),
            multiplier=self.text(),
            exchange=self.text(),
            primary_exchange=self.text(),
            currency=self.text(),
            local_symbol=self.text(),
            trading_class=self.text(),
        )

    def bad(self, written: str) -> BadMessage:
        """The complaint about a field that cannot be read, in TWS's words."""
        text = (
            f"Error reading request.Message id {self.req_id}.  Unable to parse data. "
            f'java.lang.NumberFormatException: For input string: "{written[:80]}"'
        )
        return BadMessage(self.req_id, READING_FAILED, text)
