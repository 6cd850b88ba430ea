"""A plain reading of METHOD.md: slow, obvious, and independent of every other implementation."""
