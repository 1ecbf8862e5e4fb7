"""What is learned: 2-D toys, image sets and the user's own files."""
