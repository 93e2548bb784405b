"""The loss of the next item: over all items it is torch's own, from a sample it comes near that."""

from typing import Any

import numpy as np
import pytest


def made(n_items: int) -> dict[str, Any]:
    import torch

    generator = torch.Generator().manual_seed(1)
    return {
        "states": torch.randn(5, 4, generator=generator),
        "targets": torch.tensor([0, 3, 3, 1, 2]),
        "weights": torch.tensor([1.0, 0.5, 2.0, 1.0, 0.25]),
        "vectors": torch.randn(n_items, 4, generator=generator),
        "biases": torch.randn(n_items, generator=generator),
        "n_items": n_items,
    }


def loss(given: dict[str, Any], **more: Any) -> float:
    from bakeoff.recommenders.base.sequence.loss import next_item_loss

    return float(next_item_loss(**given, **more))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_full_loss_is_torchs_cross_entropy(smoothing: float) -> None:
    from torch.nn.functional import cross_entropy

    given: dict[str, Any] = made(9)
    logits = given["states"] @ given["vectors"].T + given["biases"]
    each = cross_entropy(logits, given["targets"], reduction="none", label_smoothing=smoothing)
    expected = (each * given["weights"]).sum() / given["weights"].sum()
    assert loss(given, sample=None, smoothing=smoothing) == pytest.approx(expected.item(), rel=1e-5)


def test_the_sampled_loss_comes_near_the_full_one() -> None:
    import torch

    given = made(500)
    # As long as states and vectors are in training; the logarithm of an estimate is near only where no item rules.
    given["states"] *= 0.3
    full = loss(given, sample=None, smoothing=0.1)
    generator = torch.Generator().manual_seed(2)
    sampled = [loss(given, sample=torch.randint(500, (200,), generator=generator), smoothing=0.1) for _ in range(50)]
    assert np.mean(sampled) == pytest.approx(full, rel=0.01)
    assert np.std(sampled) > 0


def test_a_sampled_target_is_not_counted_twice() -> None:
    import torch

    given = made(4)
    # Only targets were drawn for the first row, so nothing but the target is in its softmax.
    given |= {"targets": torch.tensor([2]), "states": given["states"][:1], "weights": torch.ones(1)}
    assert loss(given, sample=torch.tensor([2, 2, 2]), smoothing=0.0) == pytest.approx(0, abs=1e-6)
