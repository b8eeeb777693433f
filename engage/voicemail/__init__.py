"""Mailboxes as people see them: their messages, the mails about them, what holds for all."""
