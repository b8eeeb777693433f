"""STIR/SHAKEN: who calls is signed by where the call begins (RFC 8224, RFC 8225, RFC 8588)."""
