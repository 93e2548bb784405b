"""RecVAE's network as it answers: a densely connected encoder to the mean of a latent distribution, a linear decoder.

Source: Shenbin et al., "RecVAE: a new variational autoencoder for top-N recommendations with implicit feedback", WSDM
2020. Trained in `recvae_training`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.known import add_rows
from bakeoff.recommenders.base.network.training import log_shares

Floats = npt.NDArray[np.float32]
# Parameters by name; what training needs of them beside the answer is in ONLY_TRAINED.
Parameters = dict[str, Floats]
ONLY_TRAINED = ("variance_weights", "variance_biases")
# Of the layers' normalisation, as torch has it.
EPSILON = 1e-5


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How it is built and trained.

    Args:
        hidden: size of the encoder's layers.
        latent: size of the latent distribution.
        dense_layers: layers after the first; each reads the sum of all before it.
        dropout: share of the row's items that is hidden from the encoder while it is trained; the decoder sees all.
        regularisation: weight of the divergence from the prior, per item of the row (the paper's gamma).
        encoder_epochs: before each epoch of the decoder.
        learning_rate: of Adam.
        batch_size: users per step.
    """

    hidden: int
    latent: int
    dense_layers: int
    dropout: float
    regularisation: float
    encoder_epochs: int
    learning_rate: float
    batch_size: int


@dataclass(frozen=True, eq=False)
class RecVAE:
    """A trained network; `parameters` by name, as `initial_parameters` names them, but for `ONLY_TRAINED`."""

    parameters: Parameters

    def outputs(self, rows: Interactions, weights: Floats) -> Floats:
        """Logits, shape (n_users, n_items).

        Args:
            rows: over the items that it learned.
            weights: what the rows hold, shape (n_interactions,).
        """
        of = self.parameters
        first: Floats = add_rows(rows, of["input_weights"], weights=weights) + of["input_biases"]
        layer = total = self._normalised(_silu(first), 0)
        for number in range(1, sum(name.startswith("dense_weights_") for name in of) + 1):
            read: Floats = layer @ of[f"dense_weights_{number}"] + of[f"dense_biases_{number}"] + total
            layer = self._normalised(_silu(read), number)
            total = np.add(total, layer)
        latent: Floats = layer @ of["mean_weights"] + of["mean_biases"]
        logits: Floats = latent @ of["output_weights"] + of["output_biases"]
        return logits

    def _normalised(self, layer: Floats, number: int) -> Floats:
        mean = layer.mean(axis=1, keepdims=True)
        deviation = np.sqrt(layer.var(axis=1, keepdims=True) + np.float32(EPSILON))
        scaled: Floats = (layer - mean) / deviation * self.parameters[f"scales_{number}"]
        return scaled + self.parameters[f"shifts_{number}"]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The parameters by name."""
        return dict(self.parameters)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, dense_layers: int) -> Self:
        return cls({name: arrays[name] for name in _names(dense_layers) if name not in ONLY_TRAINED})


def _silu(values: Floats) -> Floats:
    """x times the logistic function of x, written so that it cannot overflow."""
    half = np.float32(0.5)
    logistic: Floats = half * np.tanh(half * values) + half
    return values * logistic


def _names(dense_layers: int) -> list[str]:
    layers = ["input", *[f"dense_{number}" for number in range(1, dense_layers + 1)], "mean", "variance", "output"]
    names = []
    for layer in layers:
        kind, _, number = layer.partition("_")
        ending = f"_{number}" if number else ""
        names += [f"{kind}_weights{ending}", f"{kind}_biases{ending}"]
    return names + [f"{kind}_{number}" for number in range(dense_layers + 1) for kind in ("scales", "shifts")]


def initial_parameters(rows: Interactions, plan: Plan, generator: np.random.Generator) -> Parameters:
    """Glorot-normal weights; the decoder's biases start at the items' log-share, so that training starts from them."""
    sizes = {
        "input": (rows.n_items, plan.hidden),
        "dense": (plan.hidden, plan.hidden),
        "mean": (plan.hidden, plan.latent),
        "variance": (plan.hidden, plan.latent),
        "output": (plan.latent, rows.n_items),
    }
    parameters: Parameters = {}
    for name in _names(plan.dense_layers):
        kind, _, what = name.partition("_")
        if kind in ("scales", "shifts"):
            parameters[name] = np.full(plan.hidden, kind == "scales", np.float32)
        elif what.startswith("biases"):
            parameters[name] = np.zeros(sizes[kind][1], np.float32)
        else:
            scale = np.float32(np.sqrt(2 / sum(sizes[kind])))
            parameters[name] = generator.standard_normal(sizes[kind], dtype=np.float32) * scale
    parameters["output_biases"] = log_shares(rows)
    return parameters
