"""Message broadcast: one text to many extensions and groups."""
