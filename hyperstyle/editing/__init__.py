"""Edits: small values that move a code, add up, and do nothing at zero."""
