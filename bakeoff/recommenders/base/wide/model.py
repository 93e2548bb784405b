"""The network of a wide catalogue as a model: asked through NumPy alone, in a few milliseconds a history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.known import KnownItems, ModelOfKnownItems, add_rows
from bakeoff.recommenders.base.signal import Signal
from bakeoff.recommenders.base.wide.output_layer import OutputLayer
from bakeoff.recommenders.base.wide.plan import Network

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WideModel(ModelOfKnownItems):
    """A fitted network, that of `middle.Middle` between the item layers.

    Args:
        weights_in: shape (known items, hidden).
        bias_in: shape (hidden,).
        weights_down: shape (hidden, last).
        bias_down: shape (last,).
        output: the last layer.
        offsets: shape (known items,); added to the scores: -exponent x log(popularity).
    """

    weights_in: Floats
    bias_in: Floats
    weights_down: Floats
    bias_down: Floats
    output: OutputLayer
    offsets: Floats

    @classmethod
    def of(cls, network: Network, *, known: KnownItems, signal: Signal) -> Self:
        """Without offsets; on a CPU it shares the first layer with the training."""
        return cls(
            known,
            signal,
            network.weights_in,
            network.middle["bias_in"],
            np.ascontiguousarray(network.middle["down.weight"].T),
            network.middle["down.bias"],
            OutputLayer.of(network.weights_out, network.bias_out),
            np.zeros(len(known.columns), np.float32),
        )

    def scores(self, histories: Interactions) -> Floats:
        """Logarithms of the probabilities up to a constant per user, and the offsets."""
        rows = self.rows(histories)
        weights = np.repeat(1 / np.sqrt(np.maximum(rows.activity, 1)), rows.activity).astype(np.float32)
        hidden = np.tanh(add_rows(rows, self.weights_in, weights=weights) + self.bias_in)
        last = np.tanh(hidden @ self.weights_down + self.bias_down)
        return self.known.widen(self.output.scores(last, offsets=self.offsets))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            **self.known.arrays(),
            "weights_in": self.weights_in,
            "bias_in": self.bias_in,
            "weights_down": self.weights_down,
            "bias_down": self.bias_down,
            "offsets": self.offsets,
            **self.output.arrays(),
        }

    @staticmethod
    def wrote(arrays: Mapping[str, npt.NDArray[Any]]) -> bool:
        """Whether arrays are of such a model."""
        return "weights_down" in arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Any, signal: Signal) -> Self:
        return cls(
            KnownItems.from_arrays(arrays),
            signal,
            arrays["weights_in"],
            arrays["bias_in"],
            arrays["weights_down"],
            arrays["bias_down"],
            OutputLayer.from_arrays(arrays),
            arrays["offsets"],
        )
