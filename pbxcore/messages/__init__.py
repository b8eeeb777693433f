"""Pager-mode messages between phones and what stands behind the PBX (RFC 3428), without I/O."""
