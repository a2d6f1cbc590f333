"""One method on any number of photos, here or on many machines; what is done is not done again."""
