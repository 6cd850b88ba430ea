"""What the user may set: one TOML file, `BN_` variables and `--set`, checked, and turned into the core's Settings."""

from system.config.load import Loaded, load, load_config, load_over
from system.config.model import Config

__all__ = ["Config", "Loaded", "load", "load_config", "load_over"]
