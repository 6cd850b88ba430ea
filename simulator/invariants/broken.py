"""What is raised when something does not hold."""


class BrokenError(Exception):
    """An invariant's number, and what was seen instead."""

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant
        self.text = text


def hold(invariant: str, holds: bool, text: str) -> None:
    """Raise BrokenError unless it holds."""
    if not holds:
        raise BrokenError(invariant, text)
