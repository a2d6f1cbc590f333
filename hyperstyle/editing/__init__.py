"""Edits: directions, text edits and styles, as values that add up and change nothing at an amount of 0."""
