"""What is stored of a person outside: found, given to them, erased with proof."""
