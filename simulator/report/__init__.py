"""What a replay is shown as: summary table, JSON, blotter, signals file, HTML page."""
