"""Signing in: passwords and second factors, passkeys, sessions' policy, links by e-mail."""
