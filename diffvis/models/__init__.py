"""What can be sampled: a model, its weights and how it was made."""
