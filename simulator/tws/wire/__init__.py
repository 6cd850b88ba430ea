"""Bytes to requests and notices to bytes, at the version that each client negotiates."""
