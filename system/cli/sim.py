"""`bn sim`: replay tapes, or synthetic sessions without one."""


def sim() -> None:
    """Replay tapes through the method, or synthetic sessions without one."""
