"""How every file in ``models/`` is made. See ``python -m recipes --help``."""
