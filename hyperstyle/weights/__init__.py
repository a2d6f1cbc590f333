"""Weights: where they come from, whether they are the right ones, and how the published files are read.

`catalogue.WEIGHTS` is the one table of files; `fetching.locate`, `fetching.status` and `fetching.fetch` are its doors.
"""
