"""Mailboxes: the voice messages people leave, and the greetings that callers hear."""
