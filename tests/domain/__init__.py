"""Golden tests of the decision core: small tapes, computed by hand."""
