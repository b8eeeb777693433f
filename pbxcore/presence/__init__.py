"""Who can be reached where: the registrar's bindings (RFC 3261 §10), without I/O."""
