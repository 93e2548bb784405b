"""The moving average of weights: what it is of the newest steps, and that it leaves the weights alone."""

import numpy as np
import pytest
import torch

from bakeoff.recommenders.base.sequence.averaging import MovingAverage


def averages(steps: float, values: list[float]) -> float:
    weights = torch.tensor([100.0], requires_grad=True)
    average = MovingAverage({"weights": weights}, steps=steps)
    for value in values:
        with torch.no_grad():
            weights.fill_(value)
        average.take()
    assert weights.item() == pytest.approx(values[-1])
    return float(average.tensors()["weights"])


def test_of_few_steps_it_is_the_plain_mean_without_what_the_weights_began_with() -> None:
    assert averages(10, [1, 2, 6]) == pytest.approx(3)


def test_later_every_step_counts_by_its_age() -> None:
    values = np.random.default_rng(1).random(50).tolist()
    expected = values[0]
    for taken, value in enumerate(values[1:], 1):
        share = max(1 / 4, 1 / (taken + 1))
        expected = (1 - share) * expected + share * value
    assert averages(4, values) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("steps", [0, 0.5, 1])
def test_over_one_step_at_most_it_is_the_newest_weights(steps: float) -> None:
    assert averages(steps, [1, 2, 6]) == 6
