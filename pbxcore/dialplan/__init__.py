"""Numbers, patterns, time conditions: what decides where a call may go."""
