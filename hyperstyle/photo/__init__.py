"""Photos as numpy arrays: reading, finding faces, aligning, pasting back, saving."""
