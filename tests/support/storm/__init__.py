"""Everybody who takes part in a storm over a running server, and who watches it."""
