"""What is measured. ``python -m benchmarks`` prints every figure; ``--list`` says what there is."""
