"""Mails that come in: answers of visitors, fetched from a mailbox."""
