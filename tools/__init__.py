"""What developers and the build run; nothing of it is installed."""
