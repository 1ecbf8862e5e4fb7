"""Long work, each kind in a thread of its own."""
