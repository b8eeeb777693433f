"""Calls as people look back at them: records, recordings, and what is up now."""
