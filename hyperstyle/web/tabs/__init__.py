"""The tabs of the page, one to a file."""
