"""What views are made of, without Qt: films, curves, records of runs."""
