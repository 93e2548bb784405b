"""Trains a recommender of this library as Amazon Personalize evaluates: metrics on a tenth of the users.

Choices are not made on these, but on the newest events of the others: of a small dataset a tenth of the users is too
few to choose anything by, and what was chosen on them would flatter the metrics.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from bakeoff.data.holdout import Holdout, hold_out
from bakeoff.data.interactions import Interactions as Histories
from bakeoff.errors import BakeoffError
from bakeoff.evaluation.metrics import coverage, ndcg
from bakeoff.evaluation.scoring import LONGEST, find_hits
from bakeoff.recommenders import find
from bakeoff.recommenders.base import Epoch, Model, Signal, Task, parse_settings
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.lists import CHUNK, recommend, top_n
from bakeoff.training.validation import MAX_USERS
from local_cloud.personalize.holdout import HOLDOUT_LIST, SEED, TEST_SHARE, list_metrics
from local_cloud.personalize.lifecycle import JobFailedError
from local_cloud.personalize.recipes.contract import TrainingData
from local_cloud.personalize.recipes.twins import LIKED, Log, Twin, documents_of, log_of

NO_ITEM = -1
# Of torch's random numbers a process has one stream: of two trainings at a time neither would be repeatable.
_ONE_AT_A_TIME = threading.Lock()
CHECK_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class TrainedTwin:
    """A model of all interactions, the interactions, and AWS's metrics.

    The metrics are of the model that choices were made with: nine tenths of the users, without their newest events.
    """

    archive: Archive
    log: Log
    metrics: dict[str, float]


def train_twin(twin: Twin, data: TrainingData) -> TrainedTwin:
    """Choose on held-out events, measure on held-out users, then fit on everything.

    Raises:
        JobFailedError: the recommender has nothing to learn from.
    """
    log = log_of(data.interactions)
    split = _split(log.histories)
    recommender = find(twin.recommender)
    settings = parse_settings(recommender.Settings, dict(twin.settings), source=f"The twin {twin.recommender}")

    def report(epoch: Epoch) -> None:
        data.check()

    task = Task(
        settings=settings,
        signal=Signal(liked_threshold=LIKED),
        seed=SEED,
        documents=documents_of(log.item_ids, data.items),
        report=report,
    )
    try:
        with _turn(data):
            choice = recommender.choose(split.train, validation=_HeldOutEvents(split.validation), task=task)
            data.check()
            model = recommender.fit(log.histories, chosen=choice.chosen, task=task)
        metrics = _metrics(choice.model, split, catalogue=len(data.item_ids | set(log.item_ids)))
    except BakeoffError as error:
        raise JobFailedError(f"The twin {twin.recommender} could not be trained: {error}") from error
    description = {
        "recommender": twin.recommender,
        "settings": asdict(settings),
        "chosen": choice.chosen,
        **task.signal.to_json(),
    }
    return TrainedTwin(Archive(model, log.item_ids, description), log, metrics)


@contextmanager
def _turn(data: TrainingData) -> Iterator[None]:
    """Waits until no other twin trains; `data` is asked meanwhile whether this one shall stop."""
    while not _ONE_AT_A_TIME.acquire(timeout=CHECK_SECONDS):
        data.check()
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


@dataclass(frozen=True, eq=False)
class _Split:
    """What is fitted on, what choices are made on, and what the tested users are held to."""

    train: Histories
    validation: Holdout
    tested: Holdout


def _split(histories: Histories) -> _Split:
    """The tested users by a seeded draw; of every user the newest 10 %, at least one event, are held out.

    The twin's split is over distinct items, so it differs from the popularity twin's where users come back to items.
    """
    eligible = np.flatnonzero(histories.activity >= 2)
    size = max(1, round(TEST_SHARE * len(eligible))) if len(eligible) else 0
    tested = np.zeros(histories.n_users, bool)
    tested[np.random.default_rng(SEED).choice(eligible, size=size, replace=False)] = True
    of_tested = tested[histories.rows]
    newest = _newest(histories, least=np.where(tested, 1, 2))
    train = histories.where(~of_tested & ~newest)

    def held(users: NDArray[np.bool_]) -> Holdout:
        known, held_out = histories.where(users & ~newest), histories.where(users & newest)
        return hold_out(fitted=train, known=known, held_out=held_out, liked_threshold=LIKED)

    return _Split(train, validation=held(~of_tested), tested=held(of_tested))


def _newest(histories: Histories, *, least: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which interactions are their user's newest tenth.

    Args:
        histories: of all users.
        least: shape (n_users,); users with no more interactions than that keep all. From one interaction alone no order
            is learnt, so those who are learnt from keep two.
    """
    # Rows lie oldest first, so a row's distance from its user's end says how new it is.
    from_end = np.repeat(histories.indptr[1:], histories.activity) - np.arange(histories.n_interactions)
    newest = np.maximum(1, (histories.activity * TEST_SHARE).astype(np.int64))
    some = (histories.activity > least)[histories.rows]
    return np.asarray(some & (from_end <= newest[histories.rows]))


class _HeldOutEvents:
    """Users' lists without what they have seen, as the library's own validation asks for them."""

    def __init__(self, holdout: Holdout) -> None:
        self._holdout = holdout
        self._users = holdout.users
        if len(self._users) > MAX_USERS:
            drawn = np.random.default_rng(SEED).choice(self._users, MAX_USERS, replace=False)
            self._users = np.sort(drawn)

    def measure(self, model: Model) -> dict[str, float]:
        """``ndcg@10``, ``ndcg@100`` and ``coverage@10``; zeros where nobody can be held to anything."""
        holdout = self._holdout
        if not len(self._users):
            return {"ndcg@10": 0.0, "ndcg@100": 0.0, "coverage@10": 0.0}
        ranked = np.full((len(self._users), LONGEST), NO_ITEM, np.int32)
        for start in range(0, len(self._users), CHUNK):
            histories = holdout.known.of_users(self._users[start : start + CHUNK])
            scores = model.scores(histories)
            scores[histories.rows, histories.indices] = -np.inf
            scores[:, ~holdout.candidates] = -np.inf
            for position in np.flatnonzero(model.knows(histories)).tolist():
                columns = top_n(scores[position], LONGEST)
                ranked[start + position, : len(columns)] = columns
        hits, n_relevant = find_hits(ranked, users=self._users, holdout=holdout)
        return {
            "ndcg@10": float(ndcg(hits, n_relevant, k=10).mean()),
            "ndcg@100": float(ndcg(hits, n_relevant, k=100).mean()),
            "coverage@10": coverage(ranked, n_candidates=int(holdout.candidates.sum()), k=10),
        }


def _metrics(model: Model, split: _Split, *, catalogue: int) -> dict[str, float]:
    """AWS's metrics of the lists that the tested users would be given, seen items among them."""
    users = split.tested.users
    histories = split.tested.known.of_users(users)
    answers = recommend(model, histories, n=[HOLDOUT_LIST] * len(users))
    lists: Mapping[int, NDArray[np.intp]] = {
        user: answer.columns.astype(np.intp) for user, answer in zip(users.tolist(), answers, strict=True)
    }
    relevant = {user: set(split.tested.relevant.items_of(user).tolist()) for user in users.tolist()}
    return list_metrics(lists, relevant, catalogue=catalogue)
