"""Numbered changes of the schema, forward only; each in one transaction."""

HEAD = "0070"
"""The newest revision: what this release reads and writes."""
