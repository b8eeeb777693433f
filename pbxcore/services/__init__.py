"""What the PBX itself answers: one service for each kind of request."""
