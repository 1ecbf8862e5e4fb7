"""How a model is sampled: samplers, the chain and its settings, recordings."""
