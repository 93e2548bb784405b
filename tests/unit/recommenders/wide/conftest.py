"""Users of two tastes: each likes items of one half of the catalogue, so that there is something to learn."""

import numpy as np
import pytest

from bakeoff.recommenders.base.wide import Plan, Rows

N_USERS, N_ITEMS = 120, 60
PLAN = Plan(
    hidden=12,
    last=6,
    columns_per_step=20,
    batch_size=32,
    sampled_epochs=2,
    full_epochs=1,
    row_learning_rate=0.2,
    learning_rate=0.01,
)


@pytest.fixture(scope="session")
def rows() -> Rows:
    generator = np.random.default_rng(0)
    half = N_ITEMS // 2
    # Every tenth user has nothing.
    lengths = np.where(np.arange(N_USERS) % 10, generator.integers(3, 9, N_USERS), 0)
    items = [
        np.sort(generator.choice(half, length, replace=False) + half * (user % 2))
        for user, length in enumerate(lengths.tolist())
    ]
    return Rows(np.concatenate(([0], np.cumsum(lengths))), np.concatenate(items).astype(np.int32), N_ITEMS)
