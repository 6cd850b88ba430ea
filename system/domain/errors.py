"""What can go wrong for a user, as one tree. The command line prints the message as one line and exits with `status`.

BnError
├── InputError       status 2: a file, flag, key or value of the user's; the message names it and what was expected
├── LinkGaveUpError  status 3: no connection
├── HaltedError      status 4: asked to start while halted
│   └── StorageError  the journal or the recording cannot be read or written: nothing may be decided without it
└── RefusedError     status 5: refused by a safety gate

Anything else that is raised is a bug: it crosses every boundary and ends the process with a traceback and status 1.
"""

from typing import ClassVar


class BnError(Exception):
    """An operating error that the user can read and act on."""

    status: ClassVar[int] = 1


class InputError(BnError):
    """Bad usage, configuration or input."""

    status = 2


class LinkGaveUpError(BnError):
    """The connection could not be made or was lost for good."""

    status = 3


class HaltedError(BnError):
    """The system is halted and was asked to start anyway."""

    status = 4


class StorageError(HaltedError):
    """What must be on disk cannot be read or written; whoever meets it while trading halts."""


class RefusedError(BnError):
    """A safety gate refused."""

    status = 5
