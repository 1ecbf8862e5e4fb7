"""What predicts: networks called as network(x_t, t, labels)."""
