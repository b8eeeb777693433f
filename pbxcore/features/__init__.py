"""What extensions want of their calls: forwarding, no disturbance, other phones that ring too."""
