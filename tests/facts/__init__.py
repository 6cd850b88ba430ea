"""Tests of the stylised facts."""
