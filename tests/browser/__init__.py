"""Pages in a real browser: one Chromium for those that a worker meets in a row."""
