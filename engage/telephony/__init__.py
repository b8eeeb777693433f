"""The PBX as engage sees it: directory down, journal up, messages to phones."""
