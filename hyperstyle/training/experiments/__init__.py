"""Trainings that compare designs; their networks are not shipped."""
