"""Tests of the mock TWS."""
