"""Chooses each test user's candidates: the best of EASE, fitted on all but the test part; the same for all contestants.

EASE is strong, has a closed form and no randomness, so that the file is the same whenever it is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.ranking import Lists
from bakeoff.recommenders import ease
from bakeoff.recommenders.base import Signal, Task
from bakeoff.recommenders.base.lists import CHUNK, top_n
from bakeoff.reranking.layout import CANDIDATES
from bakeoff.training.run import describe
from bakeoff.training.validation import HeldOutUsers


@dataclass(frozen=True, eq=False)
class Candidates:
    """What is re-ranked.

    Args:
        lists: one per test user, in the order of ``prepared.test_users``, best first; empty for a user of whom the
            model knows nothing.
        scores: EASE's, float32, one for each entry of the lists.
        chosen: by name, EASE's values as they were chosen on validation.
    """

    lists: Lists
    scores: np.ndarray[Any, np.dtype[np.float32]]
    chosen: dict[str, Any]


def choose_candidates(prepared: Prepared, *, log: Callable[[str], None], most: int = CANDIDATES) -> Candidates:
    """The best `most` items of each test user that the user has not seen.

    Args:
        prepared: the split; the test part is not looked at.
        log: is told each value that was tried.
        most: candidates of a user.

    Raises:
        DataError: nobody has a liked validation item.
        ModelError: there is nothing to learn from.
    """
    seed = int(prepared.manifest["split"]["parameters"]["seed"])
    task = Task(
        settings=ease.Settings(),
        signal=Signal(liked_threshold=prepared.liked_threshold),
        seed=seed,
        report=lambda epoch: log(describe(epoch)),
    )
    chosen = ease.choose(prepared.train, validation=HeldOutUsers(prepared, seed=seed), task=task).chosen
    model = ease.fit(prepared.train_and_validation, chosen=chosen, task=task)
    known = prepared.known
    columns, scores = [], []
    for start in range(0, len(prepared.test_users), CHUNK):
        users = prepared.test_users[start : start + CHUNK]
        histories = known.of_users(users).newest(prepared.max_history)
        found = model.scores(histories)
        seen = known.of_users(users)
        found[seen.rows, seen.indices] = -np.inf
        found[:, ~prepared.candidates] = -np.inf
        found[~model.knows(histories)] = -np.inf
        for row in found:
            best = top_n(row, most)
            columns.append(best)
            scores.append(row[best])
    return Candidates(Lists.from_rows(columns), np.concatenate(scores) if scores else np.empty(0, np.float32), chosen)
