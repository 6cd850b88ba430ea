"""The desk of the mock TWS: what clients are told of orders, fills and accounts."""
