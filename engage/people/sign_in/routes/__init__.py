"""The HTTP edges of signing in."""
