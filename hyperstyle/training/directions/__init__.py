"""The directions of the sliders: labels, regressions, measurements."""
