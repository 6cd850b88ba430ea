"""TWS behind one door: ib_insync on trio-asyncio, guarded. The only package that knows either."""
