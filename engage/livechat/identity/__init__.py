"""Visitors whom a web site vouches for, by a signed token (JWT)."""
