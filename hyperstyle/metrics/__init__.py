"""What pictures are measured by: figures against a photo, identity, and attributes of a face."""
