"""Chats one-to-one between colleagues and phones."""
