"""How every record of the mock TWS is made: frozen, by keyword."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """`dataclass(frozen=True, slots=True, kw_only=True)` under one name that type checkers understand."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)
