"""The journal: every event that state is made of, appended to one SQLite file and on disk before anything acts on it.

What stands where: `record` an event as text and in the chain; `schema` tables, versions and connections; `reading`
events in order, each held against the chain; `lock` one process for an account; `witness` how far the journal has been
seen; `check` a report on a whole journal; `backup` a copy while it is in use; `journal` puts them together.
"""

from system.storage.journal.check import JournalCheck, check_journal
from system.storage.journal.journal import Journal, backup_journal
from system.storage.journal.reading import read_journal
from system.storage.journal.record import JSON, Entry, Record

__all__ = ["JSON", "Entry", "Journal", "JournalCheck", "Record", "backup_journal", "check_journal", "read_journal"]
