"""What IB would know of orders, executions and accounts: the back office on top of the exchange."""
