"""Semantic directions for the sliders: fitted to labels (InterFaceGAN), measured, documented and shipped."""
