"""Raw data for whole runs: one data set that recommenders can learn from, and one that holds nothing but noise."""

from dataclasses import replace

import numpy as np

from tests.support.small_data import DAY, FILMS, FIRST_TIMESTAMP, USERS, Rating, SmallData, small_data

NOISY_USERS = 2 * USERS
NOISY_RATINGS = 40


def learnable() -> SmallData:
    """The small data set with as many users again: Amazon Personalize wants a thousand liked interactions to train."""
    first, second = small_data(seed=7), small_data(seed=8)
    more = tuple(replace(rating, user=str(USERS + int(rating.user))) for rating in second.ratings)
    return SmallData((*first.ratings, *more), first.films)


def noise(seed: int, *, since: int = FIRST_TIMESTAMP) -> SmallData:
    """The same films, rated by users who choose and judge at random: no model can be better than another.

    What is held out of it is later than all of `learnable`, unless it begins `since` an earlier time.
    """
    generator = np.random.default_rng(seed)
    ratings = [
        Rating(str(user), str(film + 1), float(generator.integers(2, 11)) / 2, since + DAY * time)
        for user in range(1, NOISY_USERS + 1)
        for time, film in enumerate(generator.choice(FILMS, size=NOISY_RATINGS, replace=False))
    ]
    return SmallData(tuple(ratings), small_data().films)


def seen_by(data: SmallData, user: str) -> set[str]:
    """The films that `user` has rated."""
    return {rating.item for rating in data.ratings if rating.user == user}
