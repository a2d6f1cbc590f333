"""Metrics of pictures against photos, identity of faces, and attributes of faces."""
