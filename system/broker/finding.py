"""What a check of TWS found, and what to do about it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One step. `ok`: True, False, or None where it could not be judged; `advice`: likely causes and what to click."""

    step: str
    ok: bool | None
    text: str
    advice: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {"step": self.step, "ok": self.ok, "text": self.text, "advice": list(self.advice)}


class Failed(Exception):  # noqa: N818 - a step's end, not an error of the program
    """A step that failed: the text, and the advice."""

    def __init__(self, text: str, *advice: str) -> None:
        super().__init__(text)
        self.advice = advice


class Unjudged(Failed):
    """A step that cannot be judged now."""
