"""The bar that all workspaces share: play, step, scrub, one t."""
