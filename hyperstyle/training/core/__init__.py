"""Parts that trainings share: the training loop, step budgets, generated pictures and photos to train on."""
