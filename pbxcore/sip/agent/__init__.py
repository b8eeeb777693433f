"""The parts of a user agent core, without I/O; `pbxcore.sip.user_agent` is its front door."""
