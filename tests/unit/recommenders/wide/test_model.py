"""The wide network as a model: NumPy gives the scores that torch was trained on, and fits read what was chosen."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bakeoff.recommenders.base import Epoch, Model, Signal, Task
from bakeoff.recommenders.base.known import KnownItems
from bakeoff.recommenders.base.wide import Network, WideModel, choose, fit
from bakeoff.recommenders.base.wide.middle import Middle
from tests.support.training import rows as interactions_of
from tests.unit.recommenders.wide.conftest import PLAN

SIGNAL = Signal(liked_threshold=4)
HISTORIES = interactions_of([(0, 5), (1, 4), (2, 1)], [], [(1, 5), (4, 4)], [(4, 4), (0, 5), (2, 5)], n_items=6)
# Item 3 is unknown, and so is item 5.
KNOWN = KnownItems(np.array([0, 1, 2, 4], np.int32), 6)


def test_numpy_gives_the_scores_of_torch_up_to_a_constant_per_user() -> None:
    torch.manual_seed(0)
    middle = Middle(7, 5)
    torch.nn.init.normal_(middle.bias_in)
    torch.nn.init.normal_(middle.down.bias)
    weights_in, weights_out, bias_out = torch.randn(4, 7), torch.randn(4, 5), torch.randn(4)
    row = torch.tensor([[1.0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 1], [1, 0, 1, 1]])
    with torch.no_grad():
        hidden, _ = middle(torch.nn.functional.normalize(row) @ weights_in)
        expected = (hidden @ weights_out.T + bias_out).numpy()
    state = {name: tensor.numpy() for name, tensor in middle.state_dict().items()}
    network = Network(weights_in.numpy(), state, weights_out.numpy(), bias_out.numpy())
    model = WideModel.of(network, known=KNOWN, signal=SIGNAL)
    scores = model.scores(HISTORIES)
    assert np.isneginf(scores[:, [3, 5]]).all()
    difference = scores[:, KNOWN.columns] - expected
    np.testing.assert_allclose(difference, np.repeat(difference[:, :1], 4, axis=1), atol=1e-5)
    assert model.knows(HISTORIES).tolist() == [True, False, True, True]


class Rising:
    """A validation on which every epoch is better; popularity costs nothing and brings coverage."""

    def __init__(self) -> None:
        self.ndcg = 0.1

    def measure(self, model: Model) -> dict[str, float]:
        assert isinstance(model, WideModel)
        self.ndcg += 0.001
        return {"ndcg@10": 0.1, "ndcg@100": self.ndcg, "coverage@10": -float(model.offsets.min())}


def test_a_choice_tells_the_refit_its_epochs_and_its_exponent(tmp_path: Path) -> None:
    curve: list[Epoch] = []
    task = Task(settings=None, signal=SIGNAL, seed=3, report=curve.append, checkpoints=tmp_path)
    choice = choose(
        HISTORIES, plan=PLAN, min_interactions=1, exponents=(0.0, 0.5), budget=0.5, validation=Rising(), task=task
    )
    assert choice.chosen == {"sampled_epochs": 2, "full_epochs": 1, "popularity_exponent": 0.5}
    assert [step.epoch for step in curve] == [1, 2, 3, None, None]
    assert list(tmp_path.iterdir()) == [tmp_path / "training.npz"]
    refit = fit(
        HISTORIES, plan=PLAN, min_interactions=1, chosen=choice.chosen, task=Task(settings=None, signal=SIGNAL, seed=3)
    )
    for name, array in choice.model.arrays().items():
        np.testing.assert_array_equal(refit.arrays()[name], array, err_msg=name)
    np.testing.assert_allclose(refit.offsets, -0.5 * np.log([2, 2, 1, 2]), atol=1e-6)


@pytest.mark.parametrize("changed", ["weights_in", "weights_down", "output_first", "offsets"])
def test_every_array_takes_part_in_the_scores(changed: str) -> None:
    task = Task(settings=None, signal=SIGNAL, seed=3)
    chosen = {"sampled_epochs": 1, "full_epochs": 1, "popularity_exponent": 0.5}
    arrays = fit(HISTORIES, plan=PLAN, min_interactions=1, chosen=chosen, task=task).arrays()
    plain = WideModel.from_arrays(arrays, settings=None, signal=SIGNAL)
    assert WideModel.wrote(arrays)
    other = WideModel.from_arrays({**arrays, changed: arrays[changed] + 1}, settings=None, signal=SIGNAL)
    assert not np.array_equal(plain.scores(HISTORIES), other.scores(HISTORIES))
