"""People outside whom users keep: each their own, or for everybody."""
