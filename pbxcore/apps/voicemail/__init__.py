"""Voicemail as callers and owners of mailboxes hear it."""
