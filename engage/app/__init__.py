"""Everything built and wired: a file for each slice, and `parts.py` for the order of all.

Loads none of it: a command that needs one file does not wait for all of them.
"""
