"""The training loop, run folders, checkpoints and the models they hold."""
