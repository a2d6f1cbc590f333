"""The command line: `commands` has all of it, and imports much that the page, which shares `options`, does not need."""
