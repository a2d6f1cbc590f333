"""The way of a photo: read it, find its faces, align one of them, and paste the result back."""
