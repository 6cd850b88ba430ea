"""`bn`: the Battle Navale order-flow method for ES and MES. Layers point down only; `tests/test_tidy.py` holds that."""
