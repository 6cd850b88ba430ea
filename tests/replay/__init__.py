"""The program as a whole against the plain-Python reading, and whole trades by hand."""
