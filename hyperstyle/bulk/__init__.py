"""Bulk inversion: one method on any number of photos, on this machine or a Ray cluster, resumable."""
