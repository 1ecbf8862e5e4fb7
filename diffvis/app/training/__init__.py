"""The workspace Training: a network learns while one watches."""
