"""Training: it learns, goes on after interruptions as if there had been none, and ends its phases as planned."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bakeoff.errors import ModelError
from bakeoff.recommenders.base import Epoch
from bakeoff.recommenders.base.wide import Network, Plan, Rows, train
from bakeoff.recommenders.base.wide.trainer import Trainer
from tests.unit.recommenders.wide.conftest import PLAN

N_STEPS = 4  # of an epoch


class TakenAwayError(Exception):
    """Somebody took the machine away."""


def interrupted_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step of that number, from 0 and over all epochs, does not take place."""
    steps = iter(range(step))
    whole = Trainer.pass_step

    def pass_step(self: Trainer, users: Any, *, step: int) -> float:
        if next(steps, None) is None:
            raise TakenAwayError
        return whole(self, users, step=step)

    monkeypatch.setattr(Trainer, "pass_step", pass_step)


def assert_same(one: Network, other: Network) -> None:
    for name in ("weights_in", "weights_out", "bias_out"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.middle.keys() == other.middle.keys()
    for name in one.middle:
        np.testing.assert_array_equal(one.middle[name], other.middle[name], err_msg=name)


@pytest.mark.parametrize("step", [1, 3, N_STEPS, N_STEPS + 2, 2 * N_STEPS + 1, 3 * N_STEPS - 1])
def test_an_interrupted_training_goes_on_bit_for_bit(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    plan = replace(PLAN, checkpoint_seconds=0.0)
    with monkeypatch.context() as patched:
        interrupted_at(step, patched)
        with pytest.raises(TakenAwayError):
            train(rows, plan=plan, seed=3, checkpoints=tmp_path)
    done = []
    whole = Trainer.pass_step

    def counted(self: Trainer, users: Any, *, step: int) -> float:
        done.append(step)
        return whole(self, users, step=step)

    monkeypatch.setattr(Trainer, "pass_step", counted)
    curve: list[Epoch] = []
    resumed = train(rows, plan=plan, seed=3, checkpoints=tmp_path, report=curve.append)
    assert len(done) == 3 * N_STEPS - step
    undisturbed: list[Epoch] = []
    assert_same(resumed.network, train(rows, plan=plan, seed=3, report=undisturbed.append).network)
    assert curve == undisturbed


def test_an_interruption_without_a_later_checkpoint_repeats_the_steps(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        interrupted_at(N_STEPS + 2, patched)
        with pytest.raises(TakenAwayError):
            train(rows, plan=PLAN, seed=3, checkpoints=tmp_path)
    resumed = train(rows, plan=PLAN, seed=3, checkpoints=tmp_path)
    assert_same(resumed.network, train(rows, plan=PLAN, seed=3).network)


def test_a_training_that_is_over_is_not_repeated(rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = train(rows, plan=PLAN, seed=3, checkpoints=tmp_path)
    interrupted_at(0, monkeypatch)
    second = train(rows, plan=PLAN, seed=3, checkpoints=tmp_path)
    assert_same(first.network, second.network)
    assert (second.sampled_epochs, second.full_epochs) == (2, 1)


@pytest.mark.parametrize(
    ("plan", "seed", "named"),
    [(PLAN, 4, "seed"), (replace(PLAN, dropout=0.4), 3, "settings")],
    ids=["seed", "settings"],
)
def test_a_checkpoint_of_another_training_is_refused(
    rows: Rows, tmp_path: Path, plan: Plan, seed: int, named: str
) -> None:
    train(rows, plan=PLAN, seed=3, checkpoints=tmp_path)
    with pytest.raises(ModelError, match=f"is of another training, with other {named}; empty the folder"):
        train(rows, plan=plan, seed=seed, checkpoints=tmp_path)


def test_other_data_is_another_training(rows: Rows, tmp_path: Path) -> None:
    train(rows, plan=PLAN, seed=3, checkpoints=tmp_path)
    other = Rows(rows.indptr, np.roll(rows.indices, 1), rows.n_items)
    with pytest.raises(ModelError, match="with other data"):
        train(other, plan=PLAN, seed=3, checkpoints=tmp_path)


def test_nothing_to_learn_from_is_said() -> None:
    empty = Rows(np.zeros(4, np.int64), np.empty(0, np.int32), 5)
    with pytest.raises(ModelError, match="No user has an interaction"):
        train(empty, plan=PLAN, seed=3)


def test_users_come_to_be_told_apart(rows: Rows) -> None:
    """Items of a user's own half get the higher scores."""
    network = train(rows, plan=replace(PLAN, sampled_epochs=30, full_epochs=2), seed=3).network
    half = rows.n_items // 2
    inner = np.tanh(network.weights_in / 1 + network.middle["bias_in"])
    last = np.tanh(inner @ network.middle["down.weight"].T + network.middle["down.bias"])
    preferences = (last @ network.weights_out.T).reshape(2, half, 2, half).mean(axis=(1, 3))
    assert preferences[0, 0] > preferences[0, 1] + 1
    assert preferences[1, 1] > preferences[1, 0] + 1


def measured(*qualities: float) -> Any:
    values: Iterator[float] = iter(qualities)
    return lambda network: {"ndcg@100": next(values)}


def test_sampled_epochs_end_after_the_patience_and_full_ones_follow_the_best(rows: Rows) -> None:
    plan = replace(PLAN, sampled_epochs=9, patience=2, full_epochs=2)
    curve: list[Epoch] = []
    trained = train(rows, plan=plan, seed=3, measure=measured(0.1, 0.3, 0.2, 0.3, 0.5, 0.4), report=curve.append)
    assert (trained.sampled_epochs, trained.full_epochs) == (2, 2)
    assert [step.epoch for step in curve] == [1, 2, 3, 4, 5, 6]
    assert [step.metrics["ndcg@100"] for step in curve] == [0.1, 0.3, 0.2, 0.3, 0.5, 0.4]


def test_what_was_measured_before_an_interruption_still_counts(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = replace(PLAN, sampled_epochs=9, patience=2, full_epochs=1)
    with monkeypatch.context() as patched:
        interrupted_at(3 * N_STEPS, patched)
        with pytest.raises(TakenAwayError):
            train(rows, plan=plan, seed=3, checkpoints=tmp_path, measure=measured(0.1, 0.3, 0.2))
    trained = train(rows, plan=plan, seed=3, checkpoints=tmp_path, measure=measured(0.2, 0.4))
    assert (trained.sampled_epochs, trained.full_epochs) == (2, 1)
    undisturbed = train(rows, plan=plan, seed=3, measure=measured(0.1, 0.3, 0.2, 0.2, 0.4))
    assert_same(trained.network, undisturbed.network)


def test_what_is_left_is_the_best_of_the_sampled_epochs(rows: Rows) -> None:
    plan = replace(PLAN, sampled_epochs=9, patience=2, full_epochs=0)
    trained = train(rows, plan=plan, seed=3, measure=measured(0.1, 0.3, 0.2, 0.25))
    assert_same(trained.network, train(rows, plan=replace(PLAN, sampled_epochs=2, full_epochs=0), seed=3).network)


def test_every_epoch_may_run_over_all_items(rows: Rows) -> None:
    trained = train(rows, plan=replace(PLAN, sampled_epochs=0, full_epochs=2), seed=3)
    assert (trained.sampled_epochs, trained.full_epochs) == (0, 2)


def test_a_middle_of_ones_own_takes_part_and_its_regulariser_counts(rows: Rows) -> None:
    import torch

    class Own(torch.nn.Module):
        def __init__(self, hidden: int, last: int) -> None:
            super().__init__()
            self.down = torch.nn.Linear(hidden, last)

        def forward(self, hidden_in: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return self.down(hidden_in), self.down.weight.square().sum() * len(hidden_in) * 100

    kept = train(rows, plan=replace(PLAN, sampled_epochs=20), seed=3, make_middle=Own).network
    assert np.abs(kept.middle["down.weight"]).mean() < 0.02
