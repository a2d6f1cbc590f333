"""The embedded text model and the relevance of channels to it."""
