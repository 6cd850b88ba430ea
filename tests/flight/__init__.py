"""Recorded sessions and their replay."""
