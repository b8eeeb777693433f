"""Push is tested on both databases."""
