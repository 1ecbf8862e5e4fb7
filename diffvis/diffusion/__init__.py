"""The mathematics of diffusion models, on torch alone."""
