"""Synthetic data sets in the form of MovieLens with Kaggle's IMDb table: any size, seeded, with known bad rows."""
