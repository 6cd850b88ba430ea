"""What a recorded run began with: the program, its configuration, and what its journal came to."""

from typing import Any

from system.config import Config
from system.config.show import show
from system.storage.masking import mask_text
from system.wiring.memory import Memory
from system.wiring.spelling import plain
from system.wiring.version import version


def head_of(config: Config, memory: Memory, *, seq: int, account: str, mode: str) -> dict[str, Any]:
    """For a recording's first frame. `seq`: the number of the journal's last event.

    Of the configuration without whose account it is and where its files are.
    """
    defaults = {name: Config.model_fields[name].default for name in ("account", "data_dir", "log_dir")}
    return {
        "version": version(),
        "config": show(config.model_copy(update=defaults), {}),
        "account": mask_text(account),
        "mode": mode,
        "journal": {"seq": seq, "memory": plain(memory)},
    }
