"""Push messages to browsers whose Wave is closed."""
