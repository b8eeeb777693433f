"""The installation's settings are tested on both databases."""
