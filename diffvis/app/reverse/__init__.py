"""The workspace Reverse: the chain from noise to data, live and recorded."""
