"""Programs that serve visitors before people do."""
