"""Strangers against the mock TWS: other people's clients, over TCP, in environments of their own."""
