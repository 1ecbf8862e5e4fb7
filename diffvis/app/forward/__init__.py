"""The workspace Forward: data drowns in noise."""
