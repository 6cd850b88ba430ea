"""The wiring and what is around it."""
