"""What is kept on disk: tapes (Parquet)."""
