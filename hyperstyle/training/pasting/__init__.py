"""Edits inside of photos, measured."""
