"""Hotels: rooms with guests, as property management systems know them."""
