"""The fake world: synthetic flow, the exchange, replay and its reports."""
