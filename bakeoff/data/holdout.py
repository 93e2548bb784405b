"""The one definition of who is tested on what: used by the preparation, by training and by the evaluation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions


@dataclass(frozen=True, eq=False)
class Holdout:
    """What a model may see and what it is held to.

    Args:
        known: what is known of users when they are asked for; their items are the users' seen items. All users.
        relevant: liked held-out interactions with candidates. All users; empty rows for users not held to anything.
        candidates: bool, shape (n_items,); the items that may be recommended: those with an interaction fitted on.
        users: int64, ascending; the rows of the users with at least one relevant item.
    """

    known: Interactions
    relevant: Interactions
    candidates: npt.NDArray[np.bool_]
    users: npt.NDArray[np.int64]


def hold_out(*, fitted: Interactions, known: Interactions, held_out: Interactions, liked_threshold: float) -> Holdout:
    """Hold users to the liked candidates among `held_out`.

    Users of whom nothing is known are held to nothing: nobody could personalise for them.

    Args:
        fitted: what the model learns from.
        known: what is known of users when they are asked for: the same, or more where new users are folded in.
        held_out: what they are held to.
        liked_threshold: values at or above it are liked.
    """
    candidates = fitted.item_counts > 0
    personal = np.repeat(known.activity > 0, held_out.activity)
    relevant = held_out.where((held_out.values >= liked_threshold) & candidates[held_out.indices] & personal)
    return Holdout(known, relevant, candidates, np.flatnonzero(relevant.activity))
