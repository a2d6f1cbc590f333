"""How the files in `assets/` were made: every training is one command, resumable, on CPU or CUDA."""
