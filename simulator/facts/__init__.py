"""Stylised facts of a tape: what is measured, the bands of the real market, and whether the tape lies inside."""
