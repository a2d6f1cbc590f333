"""Inversion methods, one to a file: each is a generator function that yields one step per refinement."""
