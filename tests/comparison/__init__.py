"""The comparison of a live day with its replay."""
