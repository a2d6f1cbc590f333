"""The networks that invert faces: encoder, hypernetwork, preview."""
