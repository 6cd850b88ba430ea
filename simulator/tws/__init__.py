"""A mock TWS: the wire protocol without I/O (`wire`), orders and accounts (`desk`), market data (`data`), clients.

`world.py` puts them together: one market, one desk, any number of client sessions. `tcp.py` and `memory.py` carry the
bytes. Inside, everything speaks the records of `requests.py` (what a client asks) and `notices.py` (what TWS says).
"""
