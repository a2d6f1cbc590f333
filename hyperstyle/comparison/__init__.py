"""Comparison of inversion methods: every method on every photo, reported as tables, curves and pictures."""
