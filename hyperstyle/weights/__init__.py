"""Weight files: where they come from, how they are verified, and how published layouts are read.

`catalogue.WEIGHTS` is the table of files; `fetching.locate`, `fetching.status` and `fetching.fetch` find and get them.
"""
