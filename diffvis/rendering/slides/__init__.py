"""Decks of slides: PowerPoint's, and LaTeX Beamer's."""
