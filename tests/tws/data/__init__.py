"""Tests of the mock TWS's market data."""
