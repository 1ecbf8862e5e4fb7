"""How each tool walks: the mathematics, on the one reverse step of the program."""
