"""HyperStyle Studio: faces, cars and animals inverted into StyleGAN with hypernetworks."""
