"""What is on a picture, as data: its marks in the order in which they are painted, and words."""
