"""What a caller can talk to: scripts that say, ask and record, pure."""
