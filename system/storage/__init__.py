"""What is kept on disk: tapes (Parquet), their raw beginnings while they are recorded, and the journal (SQLite)."""
