"""Call queues at work: who waits and who serves now, what the log says, and the figures of it."""
