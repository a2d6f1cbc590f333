"""Transfer of the embedded face generator to animals, on a folder of a few hundred aligned photos."""
