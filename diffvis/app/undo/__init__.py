"""What a person changed comes back: Ctrl+Z, Ctrl+Shift+Z."""
