"""The actors, in virtual time."""
