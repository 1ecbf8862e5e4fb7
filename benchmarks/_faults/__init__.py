"""What can go wrong around the program, and whether it keeps what it promises then."""
