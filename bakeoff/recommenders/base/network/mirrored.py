"""A plain autoencoder: layers to the bottleneck, the same sizes back, one activation; a row in, a row out.

With squared error on the whole row it is the simple published way; with a multinomial likelihood over the items it is
Mult-DAE: Liang et al., "Variational autoencoders for collaborative filtering", WWW 2018.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.known import add_rows
from bakeoff.recommenders.base.network.training import AfterEpoch, Weigh, batches, log_shares, train_device

Floats = npt.NDArray[np.float32]
# A layer's weights, shape (inputs, outputs), and its biases, shape (outputs,).
Layers = list[tuple[Floats, Floats]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How it is built and trained.

    Args:
        layers: sizes from the input to the bottleneck; the way back mirrors them.
        activation: of every layer but the last, which has none.
        loss: ``multinomial`` or ``squared_error``.
        dropout: share of the row's items that is hidden from the input in each step.
        learning_rate: of Adam.
        batch_size: users per step.
    """

    layers: tuple[int, ...]
    activation: Literal["tanh", "relu"]
    loss: Literal["multinomial", "squared_error"]
    dropout: float
    learning_rate: float
    batch_size: int


@dataclass(frozen=True, eq=False)
class Mirrored:
    """A trained network.

    Args:
        layers: from input to output.
        activation: of every layer but the last.
    """

    layers: Layers
    activation: Literal["tanh", "relu"]

    def outputs(self, rows: Interactions, weights: Floats) -> Floats:
        """Logits or predicted values, shape (n_users, n_items).

        Args:
            rows: over the items that it learned.
            weights: what the rows hold, shape (n_interactions,).
        """
        matrix, biases = self.layers[0]
        hidden = add_rows(rows, matrix, weights=weights) + biases
        for matrix, biases in self.layers[1:]:
            hidden = (np.tanh(hidden) if self.activation == "tanh" else np.maximum(hidden, 0)) @ matrix + biases
        return hidden

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The layers by name."""
        weights = {f"weights_{number}": layer[0] for number, layer in enumerate(self.layers)}
        return weights | {f"biases_{number}": layer[1] for number, layer in enumerate(self.layers)}

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, npt.NDArray[Any]], *, n_layers: int, activation: Literal["tanh", "relu"]
    ) -> Self:
        return cls(
            [(arrays[f"weights_{number}"], arrays[f"biases_{number}"]) for number in range(n_layers)], activation
        )


def initial_layers(rows: Interactions, plan: Plan, generator: np.random.Generator) -> Layers:
    """Glorot-normal weights; output biases start at the items' log-share, so that training starts from popularity."""
    sizes = [rows.n_items, *plan.layers, *plan.layers[-2::-1], rows.n_items]
    layers = []
    for inputs, outputs in pairwise(sizes):
        scale = np.sqrt(2 / (inputs + outputs))
        weights = generator.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(scale)
        layers.append((weights, np.zeros(outputs, np.float32)))
    if plan.loss == "multinomial":
        layers[-1][1][:] = log_shares(rows)
    return layers


def train(
    rows: Interactions, *, plan: Plan, weigh: Weigh, seed: int, epochs: int, after_epoch: AfterEpoch[Mirrored]
) -> Mirrored:
    """Train for at most `epochs`; `after_epoch` may end it.

    All chance comes from one NumPy generator: on a CPU the same seed gives the same weights.
    """
    import torch

    generator = np.random.default_rng(seed)
    device = train_device()
    parameters = [
        torch.from_numpy(array).to(device).requires_grad_()
        for layer in initial_layers(rows, plan, generator)
        for array in layer
    ]
    optimizer = torch.optim.Adam(parameters, lr=plan.learning_rate, fused=True)
    users = np.flatnonzero(rows.activity)

    def network() -> Mirrored:
        arrays = [parameter.detach().cpu().numpy().copy() for parameter in parameters]
        return Mirrored(list(zip(arrays[::2], arrays[1::2], strict=True)), plan.activation)

    for epoch in range(1, epochs + 1):
        total = 0.0
        for batch in batches(generator.permutation(users), plan.batch_size):
            loss = batch_loss(rows.of_users(batch), parameters, plan=plan, weigh=weigh, generator=generator)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        if after_epoch(epoch, total / len(users), network):
            break
    return network()


def batch_loss(
    batch: Interactions, parameters: list[Any], *, plan: Plan, weigh: Weigh, generator: np.random.Generator
) -> Any:
    """The loss of one batch, per user; its input is sparse: a weighted sum of the first layer's rows."""
    import torch

    from bakeoff.recommenders.base.network.sparse import sum_of_rows, targets

    device = parameters[0].device
    shown = generator.random(batch.n_interactions) >= plan.dropout
    weights = (weigh(batch)[shown] / (1 - plan.dropout)).astype(np.float32)
    hidden = sum_of_rows(batch.where(shown), weights, parameters[0]) + parameters[1]
    activate = torch.tanh if plan.activation == "tanh" else torch.relu
    for layer in range(2, len(parameters), 2):
        hidden = activate(hidden) @ parameters[layer] + parameters[layer + 1]

    users, items = targets(batch, device)
    if plan.loss == "squared_error":
        target = torch.zeros_like(hidden)
        target[users, items] = torch.from_numpy(np.array(batch.values)).to(device)
        return (hidden - target).square().mean()
    activity = torch.from_numpy(batch.activity.astype(np.float32)).to(device)
    log_likelihood = hidden[users, items].sum() - hidden.logsumexp(dim=1) @ activity
    return -log_likelihood / batch.n_users
