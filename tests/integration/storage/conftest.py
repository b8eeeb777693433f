"""Storage is tested on both databases."""
