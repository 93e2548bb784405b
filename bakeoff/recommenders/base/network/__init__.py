"""Networks over a user's row of items: NumPy answers, torch trains; torch is imported only to train."""
