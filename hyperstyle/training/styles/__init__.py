"""Styles of the embedded generator, each learnt from a teacher."""
