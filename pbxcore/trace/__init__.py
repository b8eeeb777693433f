"""The last SIP messages, to be looked at: kept in a ring, masked, as text, pcap or ladder. Pure."""
