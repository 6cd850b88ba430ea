"""A flow as the text of a flow file, which `load_flow` reads back to the same flow."""

from collections.abc import Mapping

from simulator.flow.events import DAY_MINUTES, OPEN_MINUTE, ScriptedEvent
from simulator.flow.parameters import FIELDS, Flow


def flow_text(
    flow: Flow, header: str = "", notes: Mapping[str, str] | None = None, kept: Mapping[str, str] | None = None
) -> str:
    """One line a parameter, behind each its note, or else its unit; those in `kept`, with the reason why, are comments.

    `header` may have several lines. A parameter that is `kept` has to have the default's value.
    """
    notes, kept = notes or {}, kept or {}
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    lines.append("")
    for name, field in FIELDS.items():
        value = getattr(flow.parameters, name)
        text = f"[{', '.join(map(_number, value))}]" if isinstance(value, tuple) else _number(value)
        note = kept.get(name) or notes.get(name) or field.metadata["unit"]
        lines.append(f"{'# ' if name in kept else ''}{name} = {text}  # {' '.join(note.split())}")
    for event in flow.events:
        lines += ["", "[[events]]", *_event(event)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _event(event: ScriptedEvent) -> list[str]:
    minute = (event.at + OPEN_MINUTE) % DAY_MINUTES
    return [
        f'kind = "{event.kind}"',
        f'at = "{minute // 60:02}:{minute % 60:02}"',
        f"minutes = {event.minutes}",
        f"ticks = {_number(event.ticks)}",
        f'side = "{event.side}"',
        *([] if event.session is None else [f"session = {event.session}"]),
    ]
