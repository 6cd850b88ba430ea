"""One thing put in the place of another."""

from typing import Any, NamedTuple


class Swap(NamedTuple):
    """`owner` is a module or a class that has the name itself."""

    owner: Any
    name: str
    new: Any
