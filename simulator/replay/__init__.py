"""`bn sim`: tapes through the decision core and the exchange."""
