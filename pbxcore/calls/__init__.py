"""Calls: legs and what joins them, without sockets or clocks."""
