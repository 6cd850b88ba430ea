"""Bytes to requests and notices to bytes."""
