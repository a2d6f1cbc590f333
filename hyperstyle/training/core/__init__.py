"""What all trainings share: the loop, the budget, pictures and photos to train on."""
