"""Trainings that make the files in `assets/`: each is one resumable command, on CPU or CUDA."""
