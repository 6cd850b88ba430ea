"""A value with some of its fields changed is what `dataclasses.replace` makes of it."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from system.domain.changed import changed, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    kinds: ClassVar[int] = 3
    name: str
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Careful:
    name: str
    count: int = 0

    def __post_init__(self) -> None:
        assert self.count >= 0


def test_it_is_what_replace_makes_of_it() -> None:
    thing = Thing(name="one", count=1)
    assert changed(thing, {"count": 2}) == replace(thing, count=2)
    assert changed(thing, {}) == thing
    assert thing.count == 1


def test_its_fields_are_told_by_name() -> None:
    assert values(Thing(name="one")) == {"name": "one", "count": 0}


def test_a_field_that_it_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        changed(Thing(name="one"), {"size": 2})


def test_a_kind_whose_constructor_checks_is_left_to_it() -> None:
    with pytest.raises(AssertionError, match="constructor"):
        changed(Careful(name="one"), {"count": -1})
