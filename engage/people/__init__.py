"""Accounts, sessions, extensions, groups and queues' agents."""
