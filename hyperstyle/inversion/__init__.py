"""Inversion methods, one per file: each is a Python generator function that yields one `Step` per refinement."""
