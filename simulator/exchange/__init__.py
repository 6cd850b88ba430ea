"""Our orders against a tape: METHOD.md section 7, one implementation for everything that fills an order."""
