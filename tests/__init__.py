"""The tests: they mirror `system` and `simulator`, and are never shipped."""
