"""What is trained to compare designs, and not shipped."""
