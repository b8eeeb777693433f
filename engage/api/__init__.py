"""The HTTPS API of UCM-compatible programs: one address, actions by name, statuses by number."""
