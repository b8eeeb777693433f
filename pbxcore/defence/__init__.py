"""What protects the PBX from the network: limits per source, bans, and what proves an address."""
