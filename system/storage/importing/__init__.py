"""Recorded market data of other formats, turned into tapes."""
