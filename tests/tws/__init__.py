"""The mock TWS, part by part."""
