"""Kinds of value: each checks what TOML gave, keeps it exactly (no binary fraction), and says what it allows.

A validator raises `wrong(...)` with the words that follow "expected"; `explain` adds key, value and source.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

DAY_S: Final = 86_400
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FRACTION_DIGITS_MAX: Final = 18
AUTO: Final = "auto"
LABEL_MAX: Final = 40
FOLDER_MAX: Final = 1_000
ACCOUNT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
TIME: Final = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?")


def wrong(expected: str) -> PydanticCustomError:
    """A refusal; `expected` reads on from the word "expected"."""
    return PydanticCustomError("bn", "{expected}", {"expected": expected})


def about(keys: tuple[str, ...], expected: str) -> PydanticCustomError:
    """A refusal by a rule over several `keys`: told at the first of them that the user set."""
    return PydanticCustomError("bn", "{expected}", {"expected": expected, "keys": keys})


@dataclass(frozen=True)
class Kind:
    """Metadata of an annotation: `check` is all the validation there is, `schema` tells others about it."""

    check: Callable[[object], object]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def whole(low: int, high: int) -> Kind:
    """A whole number of at least `low` and at most `high`."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise wrong(f"a whole number from {low} to {high}")
        return value

    return Kind(check, {"type": "integer", "minimum": low, "maximum": high})


def decimal(low: str, high: str, digits: int, unit: str) -> Kind:
    """A decimal of at least `low` and at most `high` with at most `digits` places, kept exactly."""
    least, most = Decimal(low), Decimal(high)

    def check(value: object) -> Decimal:
        number = exact(value)
        if number is None or not least <= number <= most or places(number) > digits:
            raise wrong(f"{unit} from {low} to {high}, with at most {digits} decimal places")
        return abs(number) if number == 0 else number  # no minus zero

    return Kind(check, {"type": "number", "minimum": float(low), "maximum": float(high)})


def choice(*words: str) -> Kind:
    """One of `words`."""

    def check(value: object) -> object:
        if not isinstance(value, str) or value not in words:
            raise wrong(one_of(value, words))
        return value

    return Kind(check, {"enum": list(words)})


def auto_or(kind: Kind) -> Kind:
    """What `kind` takes, or "auto", which is kept as None."""

    def check(value: object) -> object:
        if value is None or value == AUTO:
            return None
        try:
            return kind.check(value)
        except PydanticCustomError as error:
            raise wrong(f'{error.message()}, or "{AUTO}"') from None

    return Kind(check, {"anyOf": [kind.schema, {"const": AUTO}]})


def one_of(word: object, known: Iterable[str]) -> str:
    """The words that are allowed, and the one that was perhaps meant."""
    words = list(known)
    return "one of " + ", ".join(f'"{name}"' for name in words) + nearest(word, words)


def nearest(word: object, known: Iterable[str]) -> str:
    """`; did you mean "..."?`, or nothing where no known word is like this one."""
    close = get_close_matches(str(word).lower(), list(known), n=1, cutoff=0.55)
    return f'; did you mean "{close[0]}"?' if close else ""


def exact(value: object) -> Decimal | None:
    """The finite number as written, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() and abs(number.adjusted()) < FRACTION_DIGITS_MAX else None


def places(number: Decimal) -> int:
    """How many decimal places the finite number needs."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "finite"
    zeros = 0
    while zeros < len(digits) - 1 and digits[-1 - zeros] == 0:
        zeros += 1
    return 0 if number == 0 else max(0, -(exponent + zeros))


def scaled(number: Decimal, power: int) -> int:
    """number x 10^power, exactly: seconds to ns (9), milliseconds to ns (6), USD to cents (2)."""
    result = number.scaleb(power)
    assert result == int(result), f"{number} has more than {power} places"
    return int(result)


def check_flag(value: object) -> bool:
    """True or false, and nothing that might mean them."""
    if not isinstance(value, bool):
        raise wrong("true or false")
    return value


def parse_time(value: object) -> int | None:
    """Seconds after midnight of "HH:MM", "HH:MM:SS" or a TOML time; None for anything else. 24:00 is 86400."""
    if isinstance(value, time):
        value = "" if value.microsecond or value.tzinfo else value.isoformat()
    match = TIME.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    seconds = (hour * 60 + minute) * 60 + second
    return seconds if minute < 60 and second < 60 and seconds <= DAY_S else None


def show_time(seconds: int) -> str:
    """The inverse of `parse_time`."""
    hour, rest = divmod(seconds, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def check_time_of_day(value: object) -> int:
    """A New York wall clock time."""
    seconds = parse_time(value)
    if seconds is None:
        raise wrong('a New York time of day from "00:00" to "24:00", as "HH:MM" or "HH:MM:SS"')
    return seconds


def check_wall_time(value: object) -> int:
    """A time of day on a clock that is named beside it."""
    seconds = parse_time(value)
    if seconds is None:
        raise wrong('a time of day from "00:00" to "24:00", as "HH:MM" or "HH:MM:SS"')
    return seconds


def check_zone(value: object) -> str:
    """A zone that the time zone database knows."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong('a time zone such as "America/New_York" or "UTC"') from None


def check_label(value: object) -> str:
    """A name for people."""
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value.strip()) <= len(value) <= LABEL_MAX:
        raise wrong(f"a name of 1 to {LABEL_MAX} characters, without a line break")
    return value


def check_account(value: object) -> str:
    """An account's name, or nothing; it is also a folder's."""
    if not isinstance(value, str) or not (value == "" or ACCOUNT_NAME.fullmatch(value)):
        raise wrong('an account such as "DU1234567", or "" for any')
    return value


def check_folder(value: object) -> str:
    """A folder's path; whether it can be used is found out when it is."""
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value.strip()) <= len(value) <= FOLDER_MAX:
        raise wrong('a folder such as "data"')
    return value


def check_date(value: object) -> date | None:
    """A date, or nothing."""
    if value is None:
        return None
    try:
        return check_day(value)
    except PydanticCustomError:
        raise wrong("a date such as 2024-12-31") from None


def check_close(value: object) -> int | None:
    """A session's close in Chicago, or None where the day is closed."""
    if value is None or value == "closed":
        return None
    seconds = parse_time(value)
    if seconds is None or seconds > 16 * 3600:
        raise wrong('"closed", or the Chicago time of the close from "00:00" to "16:00", as "HH:MM"')
    return seconds


def check_day(value: object) -> date:
    """A session's date; TOML keys are text."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise wrong("dates as keys, as YYYY-MM-DD")


def check_moment(value: object) -> datetime:
    """A date and time, kept as UTC; without an offset it is New York wall clock."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 10 else value
    except ValueError:
        moment = None
    if not isinstance(moment, datetime) or not 1971 <= moment.year <= 2200:
        raise wrong("a date and time such as 2024-03-20T14:00:00 (New York) or 2024-03-20T18:00:00Z")
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    from zoneinfo import ZoneInfo  # only blackouts without an offset need it

    local = moment.replace(tzinfo=ZoneInfo("America/New_York"))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise wrong("an offset (such as -05:00): the New York clock skips or repeats this time")
    return local.astimezone(UTC)


def moment_ns(moment: datetime) -> int:
    """Nanoseconds UTC of an aware date and time."""
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


TIME_PATTERN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$|^24:00(:00)?$"
FLAG: Final = Kind(check_flag, {"type": "boolean"})
TIME_OF_DAY: Final = Kind(check_time_of_day, {"type": "string", "pattern": TIME_PATTERN})
WALL_TIME: Final = Kind(check_wall_time, {"type": "string", "pattern": TIME_PATTERN})
ZONE: Final = Kind(check_zone, {"type": "string"})
LABEL: Final = Kind(check_label, {"type": "string", "minLength": 1, "maxLength": LABEL_MAX})
ACCOUNT: Final = Kind(check_account, {"type": "string", "pattern": f"^({ACCOUNT_NAME.pattern})?$"})
FOLDER: Final = Kind(check_folder, {"type": "string", "minLength": 1, "maxLength": FOLDER_MAX})
DATE: Final = Kind(check_date, {"type": "string", "format": "date"})
CLOSE: Final = Kind(
    check_close, {"type": "string", "pattern": r"^closed$|^(0[0-9]|1[0-5]):[0-5][0-9](:[0-5][0-9])?$|^16:00(:00)?$"}
)
DAY: Final = Kind(check_day, {"type": "string", "format": "date"})
MOMENT: Final = Kind(check_moment, {"type": "string", "format": "date-time"})
