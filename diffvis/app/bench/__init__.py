"""Bench: what one trained model can do with a picture."""
