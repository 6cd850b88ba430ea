"""Tests of the door to TWS."""
