"""The export dialog: what is on show as a file."""
