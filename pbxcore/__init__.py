"""A PBX as a library: SIP signalling, registrar and messages, without SQL, HTTP or `engage`."""
