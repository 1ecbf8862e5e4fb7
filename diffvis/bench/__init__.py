"""What one trained model can do with a picture: tools that walk the chain in other ways."""
