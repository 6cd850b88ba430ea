"""Bugs planted at run time, one for each invariant at least: what finds none of them proves nothing."""
