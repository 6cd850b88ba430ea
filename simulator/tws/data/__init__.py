"""What a client may see of the market: contracts, quotes, trades, bars, depth, history."""
