"""Tensors to pictures, pictures to files; without Qt."""
