"""The incumbent on the challengers' split: for whom it can be compared, and what is said where it cannot."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.field import PairedTests
from bakeoff.evaluation.incumbent import comparable_users
from bakeoff.evaluation.run import Folders, evaluate_run
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from tests.support.recommenders import popularity_answers, transform_answer, write_answers


@pytest.fixture
def learnt(prepared: Prepared, tmp_path: Path) -> Path:
    """What a model learnt from the same data, as its folder `matrix`."""
    return Path(shutil.copytree(prepared.folder / "matrix", tmp_path / "incumbent"))


def shift_times(learnt: Path, user: int, seconds: int) -> None:
    indptr, times = np.load(learnt / "train.indptr.npy"), np.load(learnt / "train.timestamps.npy")
    times[indptr[user] : indptr[user + 1]] += seconds
    np.save(learnt / "train.timestamps.npy", times)


def test_users_whose_held_out_part_the_model_could_have_learnt_are_left_out(prepared: Prepared, learnt: Path) -> None:
    before = comparable_users(prepared, learnt)
    user = int(prepared.test_users[np.flatnonzero(before)[0]])
    shift_times(learnt, user, 10**9)
    after = comparable_users(prepared, learnt)
    assert before.sum() == after.sum() + 1
    assert not after[prepared.test_users.tolist().index(user)]


def test_users_whom_the_incumbent_never_met_are_compared(prepared: Prepared, learnt: Path) -> None:
    for user in range(len(prepared.users)):
        shift_times(learnt, user, 10**9)
    assert not comparable_users(prepared, learnt).any()
    others = [f"other-{user}" for user in prepared.users]
    (learnt / "users.json").write_text(json.dumps(others), encoding="utf-8")
    assert comparable_users(prepared, learnt).all()


def test_incomplete_folder_is_named(prepared: Prepared, learnt: Path) -> None:
    (learnt / "train.timestamps.npy").unlink()
    with pytest.raises(EvaluationError, match=r"cannot be read in .*--promote"):
        comparable_users(prepared, learnt)


class Duel:
    """A run of one contestant beside an incumbent."""

    def __init__(self, folder: Path, prepared: Prepared) -> None:
        self.folder, self.prepared = folder, prepared
        self.enter("best", "best/f1", best=True)

    def enter(self, name: str, lists: str, *, best: bool = False, items: list[str] | None = None) -> None:
        relevant = self.prepared.test_holdout.relevant
        answers = popularity_answers(self.prepared)
        if best:
            answers = [
                transform_answer(self.prepared.users[user], [self.prepared.items[i] for i in relevant.items_of(user)])
                for user in self.prepared.test_users
            ]
        for answer in answers if items else []:
            answer["items"] += [{"itemId": item, "score": None} for item in items or []]
        write_answers(self.folder / "lists" / lists / f"{name}.out", answers)

    def compare(self, incumbent: dict[str, object] | None, learnt: Path | None = None) -> dict[str, object] | None:
        split = self.prepared.split_hash
        contestants = [{"name": "best", "status": "ok", "split": split, "lists": "best/f1"}]
        run = {"runId": "r2", "split": split, "contestants": contestants, "incumbent": incumbent}
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "run" / "run.json").write_text(json.dumps(run), encoding="utf-8")
        folders = Folders(
            prepared=self.prepared.folder,
            lists=self.folder / "lists",
            run=self.folder / "run",
            incumbent=learnt or self.folder / "nowhere",
            curves=self.folder / "nowhere",
            output=self.folder / "output",
        )
        results = evaluate_run(folders, bootstrap=Bootstrap(resamples=50), tests=PairedTests(permutations=500))
        found: dict[str, object] | None = results.to_json()["incumbent"]
        return found


@pytest.fixture
def duel(tmp_path: Path, prepared: Prepared) -> Duel:
    return Duel(tmp_path, prepared)


def test_without_an_incumbent_nothing_is_compared(duel: Duel) -> None:
    assert duel.compare(None) is None


def test_on_the_same_split_all_users_are_compared_and_the_lead_is_shown(duel: Duel, prepared: Prepared) -> None:
    duel.enter("old", "old/f1")
    found = duel.compare({"runId": "r1", "name": "old", "lists": "old/f1", "split": prepared.split_hash})
    assert found is not None
    assert (found["runId"], found["name"], found["reason"]) == ("r1", "old", None)
    assert found["users"] == len(prepared.test_users)
    (lead,) = [one for one in found["comparisons"] if one["metric"] == "ndcg@10"]  # type: ignore[union-attr,attr-defined]
    assert lead["contestant"] == "best"
    assert lead["difference"]["low"] > 0
    assert lead["p"] < 0.05
    assert lead["value"] == pytest.approx(lead["incumbentValue"] + lead["difference"]["value"], abs=1e-5)
    assert lead["coverageRatio"] > 0


def test_the_same_model_does_not_differ_from_itself(duel: Duel, prepared: Prepared) -> None:
    found = duel.compare({"runId": "r1", "name": "best", "sameAs": "best", "split": prepared.split_hash})
    assert found is not None
    assert {one["p"] for one in found["comparisons"]} == {1.0}  # type: ignore[union-attr,attr-defined]


def test_on_another_split_only_users_whose_part_is_later_are_compared(
    duel: Duel, prepared: Prepared, learnt: Path
) -> None:
    duel.enter("old", "old/f1", items=["gone from the catalogue"])
    n = int(comparable_users(prepared, learnt).sum())
    found = duel.compare({"runId": "r1", "name": "old", "lists": "old/f1", "split": "0ther"}, learnt)
    assert found is not None
    assert (found["users"], found["reason"]) == (n, None)
    for user in range(len(prepared.users)):
        shift_times(learnt, user, 10**9)
    nobody = duel.compare({"runId": "r1", "name": "old", "lists": "old/f1", "split": "0ther"}, learnt)
    assert nobody is not None
    assert (nobody["users"], nobody["comparisons"]) == (0, [])
    assert nobody["reason"] == "no user's held-out part is later than what the promoted run's model learnt of them"


def test_an_incumbent_without_sound_lists_says_why(duel: Duel, prepared: Prepared) -> None:
    failed = duel.compare({"runId": "r1", "name": "old", "lists": None, "reason": "its job failed"})
    assert failed is not None
    assert failed["reason"] == "its job failed"
    absent = duel.compare({"runId": "r1", "name": "old", "lists": "old/f1", "split": prepared.split_hash})
    assert absent is not None
    assert str(absent["reason"]).startswith("its lists are not sound: Test users without a list")


def test_what_it_learnt_from_being_unreadable_is_a_reason_and_costs_no_figures(
    duel: Duel, prepared: Prepared, learnt: Path
) -> None:
    duel.enter("old", "old/f1")
    (learnt / "users.json").unlink()
    found = duel.compare({"runId": "r1", "name": "old", "lists": "old/f1", "split": "0ther"}, learnt)
    assert found is not None
    assert (found["users"], found["comparisons"]) == (0, [])
    assert str(found["reason"]).startswith("What the promoted run's model learnt from cannot be read")
    metrics = json.loads((duel.folder / "output" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["contestants"]["best"]["metrics"]["ndcg@10"]["value"] == 1.0
