"""Lectures in the window: scenes are kept, put in order, and stepped through."""
