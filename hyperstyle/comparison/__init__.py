"""Methods side by side: every one of them on every photo, and the tables, curves and pictures of that."""
