"""The installation: who may change what, what was changed, and typed settings."""
