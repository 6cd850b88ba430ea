"""The exchange: each rule of METHOD.md 7 by hand, and all of them at random against an obvious model."""
