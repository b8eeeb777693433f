"""The hub is tested on both databases."""
