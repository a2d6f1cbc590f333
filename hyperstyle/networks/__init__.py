"""Plain torch modules: no files, no downloads, no custom operators, CPU and CUDA alike."""
