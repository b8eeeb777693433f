"""Transactions without I/O, and what matches messages to them (RFC 3261 §17, 6026, 4320)."""
