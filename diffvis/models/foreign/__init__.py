"""Networks that are not ours: how they are called, probed, wrapped, and what their files say."""
