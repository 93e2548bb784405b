"""The moving average of a network's weights: what answers, while the weights themselves go on learning.

Steps of gradient descent on few users jump about a good place; their average lies in it, as the mean of several
networks would, at the price of one. Sources: Polyak and Juditsky, "Acceleration of stochastic approximation by
averaging", SIAM J. Control and Optimization 30(4), 1992; Izmailov et al., "Averaging weights leads to wider optima and
better generalization", UAI 2018.
"""

from collections.abc import Mapping
from typing import Any


class MovingAverage:
    """An exponential moving average of tensors, taken after each step.

    Args:
        tensors: by name; they are changed in place by an optimizer.
        steps: how many of the newest steps it mostly is of; at most 1: the newest weights alone.
    """

    def __init__(self, tensors: Mapping[str, Any], *, steps: float) -> None:
        self._tensors = list(tensors.values())
        self._average = [tensor.detach().clone() for tensor in self._tensors]
        self._names = list(tensors)
        self._steps = steps
        self._taken = 0

    def take(self) -> None:
        """Take the weights in as they are after a step."""
        import torch

        self._taken += 1
        # The first steps count as in a plain mean: what the weights began with is soon forgotten.
        share = max(1 / max(self._steps, 1.0), 1 / self._taken)
        with torch.no_grad():
            for average, tensor in zip(self._average, self._tensors, strict=True):
                average.lerp_(tensor, share)

    def tensors(self) -> dict[str, Any]:
        """The averages, by name."""
        return dict(zip(self._names, self._average, strict=True))
