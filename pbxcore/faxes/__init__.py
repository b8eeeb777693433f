"""Faxes that the PBX itself receives, and where they are kept until they are delivered."""
