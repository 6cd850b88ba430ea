"""Local symbols such as ESH4 and MESZ24: a product, a quarterly month, and a year that may have lost its decade."""

import re
from datetime import date
from typing import Final

from system.domain.instrument import INSTRUMENTS, MONTH_CODES, ContractMonth

_LOCAL: Final = re.compile(r"(ES|MES)([HMUZ])(\d|\d\d)")


def parse_local_symbol(text: str, near: date) -> tuple[str, ContractMonth] | None:
    """The product's symbol and contract month of an outright future, or None for anything else (spreads too).

    A year of one digit is the one whose expiry lies nearest to `near`; two digits are 2000 to 2099.
    """
    match = _LOCAL.fullmatch(text.strip().upper())
    if match is None:
        return None
    root, code, year = match.groups()
    month = MONTH_CODES[code]
    if len(year) == 2:
        return root, ContractMonth(2000 + int(year), month)
    decade = near.year - near.year % 10
    candidates = [ContractMonth(decade + shift + int(year), month) for shift in (-10, 0, 10)]
    return root, min(candidates, key=lambda candidate: abs(candidate.third_friday - near))


def parse_symbol(text: str, near: date) -> tuple[str, ContractMonth | None]:
    """From `ES`, `MES` or a local symbol. Raises ValueError on anything else."""
    root = text.strip().upper()
    if root in INSTRUMENTS:
        return root, None
    local = parse_local_symbol(root, near)
    if local is None:
        raise ValueError(f"symbol {text!r}: expected ES, MES or a local symbol such as ESH4")
    return local


def parse_contract(text: str, near: date) -> ContractMonth:
    """From `2024-03`, `202403`, `20240315` or a local symbol. Raises ValueError on anything else."""
    local = parse_local_symbol(text, near)
    return ContractMonth.parse(text) if local is None else local[1]
