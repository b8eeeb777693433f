"""SIP without I/O: messages, URIs, framing, transactions and digest (RFC 3261)."""
