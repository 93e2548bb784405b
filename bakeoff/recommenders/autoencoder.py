"""An autoencoder: a user's row of items through a bottleneck and back, read as scores for every item.

Trained to rank by default: a denoising autoencoder with a multinomial likelihood over the items (Mult-DAE), whose
scores are corrected for popularity. Source: Liang et al., "Variational autoencoders for collaborative filtering",
WWW 2018. The published simple way, squared error on the whole rating row, is a setting of the same file.

Where the catalogue is wide, the engine in `base.wide` trains it over samples of the items.

Fitted with torch and NumPy alone; answers with NumPy alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base import Choice, Epoch, Signal, Task, Validation, setting, wide
from bakeoff.recommenders.base import Model as BaseModel
from bakeoff.recommenders.base.known import KnownItems, add_rows
from bakeoff.recommenders.base.popularity import choose_exponent, popularity

Floats = npt.NDArray[np.float32]
# A layer's weights, shape (inputs, outputs), and its biases, shape (outputs,).
Layers = list[tuple[Floats, Floats]]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters.

    Args:
        layers: sizes from the input to the bottleneck; the way back mirrors them. (512, 128) is 512-128-512.
        activation: of every layer but the last, which has none.
        loss: ``multinomial``: minus the log-likelihood of the row's items under a softmax over all items;
            ``squared_error``: the mean over the whole row, 0 where the user has no interaction.
        row: what stands in the row: ``ones``, scaled to length 1, or the ``values`` as they are.
        dropout: share of the row's items that is hidden from the input in each step.
        learning_rate: of Adam.
        batch_size: users per step.
        max_epochs: the most epochs.
        patience: epochs without a better ndcg@100 on validation after which training stops.
        min_interactions: items with fewer interactions are not learned.
        columns_per_step: items that the softmax of a step is over; 0: all; -1: as the catalogue's size asks for. Where
            not all, the next four hold, and of the layers the first alone.
        wide_layer: size of the layer before the items.
        wide_batch_size: users per step.
        wide_epochs: the most epochs over samples of the items.
        wide_full_epochs: epochs over all items, after those.
        popularity_exponents: to try; scores are divided by popularity^exponent. One value: no choice.
        popularity_budget: the share of ndcg@100 that may be given for coverage.
    """

    layers: tuple[int, ...] = setting((600,), at_least=1, not_empty=True)
    activation: Literal["tanh", "relu"] = setting("tanh")
    loss: Literal["multinomial", "squared_error"] = setting("multinomial")
    row: Literal["ones", "values"] = setting("ones")
    dropout: float = setting(0.5, at_least=0, below=1)
    learning_rate: float = setting(0.001, above=0)
    batch_size: int = setting(100, at_least=1)
    max_epochs: int = setting(100, at_least=1)
    patience: int = setting(5, at_least=1)
    min_interactions: int = setting(1, at_least=1)
    columns_per_step: int = setting(-1, at_least=-1)
    wide_layer: int = setting(200, at_least=1)
    wide_batch_size: int = setting(2000, at_least=1)
    wide_epochs: int = setting(20, at_least=0)
    wide_full_epochs: int = setting(2, at_least=0)
    popularity_exponents: tuple[float, ...] = setting(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), at_least=0, at_most=1, not_empty=True
    )
    popularity_budget: float = setting(0.02, at_least=0, below=1)

    def faults(self) -> list[str]:
        if self.loss == "squared_error" and any(self.popularity_exponents):
            return [
                "popularity_exponents must be [0] where loss is squared_error: its scores are predicted values, not "
                "probabilities to divide."
            ]
        if self.columns_per_step > 0 and not self._can_be_wide:
            return [
                "columns_per_step must be -1 or 0 where loss is not multinomial, row is not ones or activation is not "
                "tanh: samples of the items are not taken there."
            ]
        return []

    @property
    def _can_be_wide(self) -> bool:
        return (self.loss, self.row, self.activation) == ("multinomial", "ones", "tanh")

    def wide_plan(self, n_items: int) -> wide.Plan | None:
        """How to train over samples of so many items; None where all are taken in every step."""
        columns = wide.columns_for(n_items, self.columns_per_step) if self._can_be_wide else 0
        if not columns:
            return None
        return wide.Plan(
            hidden=self.layers[0],
            last=self.wide_layer,
            columns_per_step=columns,
            batch_size=self.wide_batch_size,
            sampled_epochs=self.wide_epochs,
            patience=self.patience,
            full_epochs=self.wide_full_epochs,
            dropout=self.dropout,
        )


@dataclass(frozen=True, eq=False)
class Model(BaseModel):
    """A fitted network.

    Args:
        known: the items that it learned; inputs and outputs.
        layers: from input to output.
        offsets: float32, shape (known items,); added to the scores: -exponent x log(popularity).
        settings: activation and row are read.
        signal: which interactions of a history count.
    """

    known: KnownItems
    layers: Layers
    offsets: Floats
    settings: Settings
    signal: Signal

    def scores(self, histories: Interactions) -> Floats:
        """Logarithms of the probabilities up to a constant per user, or predicted values, and the offsets."""
        rows = self._rows(histories)
        weights, biases = self.layers[0]
        hidden = add_rows(rows, weights, weights=_row(rows, self.settings)) + biases
        for weights, biases in self.layers[1:]:
            hidden = _activate(hidden, self.settings.activation) @ weights + biases
        return self.known.widen(hidden + self.offsets)

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        return self._rows(histories).activity > 0

    def _rows(self, histories: Interactions) -> Interactions:
        return self.known.narrow(self.signal.of(histories))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        weights = {f"weights_{number}": layer[0] for number, layer in enumerate(self.layers)}
        biases = {f"biases_{number}": layer[1] for number, layer in enumerate(self.layers)}
        return {
            "columns": self.known.columns,
            "n_items": np.array(self.known.n_items),
            "offsets": self.offsets,
            **weights,
            **biases,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> BaseModel:
        if wide.WideModel.wrote(arrays):
            return wide.WideModel.from_arrays(arrays, settings=settings, signal=signal)
        known = KnownItems(arrays["columns"], int(arrays["n_items"]))
        n_layers = 2 * len(settings.layers)
        layers = [(arrays[f"weights_{number}"], arrays[f"biases_{number}"]) for number in range(n_layers)]
        return cls(known, layers, arrays["offsets"], settings, signal)


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Stop at the epoch with the best ndcg@100, then choose the popularity exponent under its budget."""
    settings: Settings = task.settings
    plan = settings.wide_plan(train.n_items)
    if plan is not None:
        return wide.choose(
            train,
            plan=plan,
            min_interactions=settings.min_interactions,
            exponents=settings.popularity_exponents,
            budget=settings.popularity_budget,
            validation=validation,
            task=task,
        )
    best = _Best()

    def after_epoch(epoch: int, loss: float, model: Model) -> bool:
        metrics = validation.measure(model)
        task.report(Epoch(epoch=epoch, train_loss=loss, metrics=metrics, tried={}))
        best.look_at(epoch, metrics["ndcg@100"], model)
        return epoch - best.epoch >= settings.patience

    last = _train(train, task=task, epochs=settings.max_epochs, stop=after_epoch)
    plain = last if best.model is None else best.model
    counts = popularity(task.signal.of(train))

    def with_exponent(exponent: float) -> Model:
        return replace(plain, offsets=_offsets(counts, plain.known, exponent))

    exponent = choose_exponent(
        with_exponent,
        exponents=settings.popularity_exponents,
        budget=settings.popularity_budget,
        validation=validation,
        report=task.report,
    )
    return Choice({"epochs": best.epoch, "popularity_exponent": exponent}, with_exponent(exponent))


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> BaseModel:
    """Train for the epochs chosen."""
    plan = task.settings.wide_plan(interactions.n_items)
    if plan is not None:
        minimum = task.settings.min_interactions
        return wide.fit(interactions, plan=plan, min_interactions=minimum, chosen=chosen, task=task)
    model = _train(interactions, task=task, epochs=chosen["epochs"], stop=None)
    counts = popularity(task.signal.of(interactions))
    return replace(model, offsets=_offsets(counts, model.known, chosen["popularity_exponent"]))


class _Best:
    """The best epoch so far."""

    def __init__(self) -> None:
        self.epoch, self.value, self.model = 0, -1.0, None  # type: tuple[int, float, Model | None]

    def look_at(self, epoch: int, value: float, model: Model) -> None:
        if value > self.value:
            self.epoch, self.value, self.model = epoch, value, model


def _row(rows: Interactions, settings: Settings) -> Floats:
    """What the input row holds for each interaction, shape (n_interactions,)."""
    if settings.row == "values":
        return rows.values
    return np.repeat(1 / np.sqrt(np.maximum(rows.activity, 1)), rows.activity).astype(np.float32)


def _activate(hidden: Floats, activation: str) -> Floats:
    return np.tanh(hidden) if activation == "tanh" else np.maximum(hidden, 0)


def _offsets(counts: npt.NDArray[np.float64], known: KnownItems, exponent: float) -> Floats:
    return (-exponent * np.log(counts[known.columns])).astype(np.float32)


def _initial_layers(rows: Interactions, settings: Settings, generator: np.random.Generator) -> Layers:
    """Glorot-normal weights; output biases start at the items' log-share, so that training starts from popularity."""
    sizes = [rows.n_items, *settings.layers, *settings.layers[-2::-1], rows.n_items]
    layers = []
    for inputs, outputs in pairwise(sizes):
        scale = np.sqrt(2 / (inputs + outputs))
        weights = generator.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(scale)
        layers.append((weights, np.zeros(outputs, np.float32)))
    if settings.loss == "multinomial":
        layers[-1][1][:] = np.log(popularity(rows) / rows.n_interactions)
    return layers


def _train(
    interactions: Interactions,
    *,
    task: Task,
    epochs: int,
    stop: Callable[[int, float, Model], bool] | None,
) -> Model:
    """Train for at most `epochs`; `stop` is told each epoch (from 1), its mean loss and the model, and may end it.

    All chance comes from one NumPy generator: on a CPU the same seed gives the same weights.
    """
    import torch

    settings: Settings = task.settings
    learned = task.signal.of(interactions)
    known = KnownItems.most_interacted(learned, at_least=settings.min_interactions)
    rows = known.narrow(learned)
    generator = np.random.default_rng(task.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    parameters = [
        torch.from_numpy(array).to(device).requires_grad_()
        for layer in _initial_layers(rows, settings, generator)
        for array in layer
    ]
    optimizer = torch.optim.Adam(parameters, lr=settings.learning_rate, fused=True)
    users = np.flatnonzero(rows.activity)

    def model() -> Model:
        arrays = [parameter.detach().cpu().numpy().copy() for parameter in parameters]
        layers = list(zip(arrays[::2], arrays[1::2], strict=True))
        return Model(known, layers, np.zeros(len(known.columns), np.float32), settings, task.signal)

    for epoch in range(1, epochs + 1):
        total = 0.0
        for batch in _batches(generator.permutation(users), settings.batch_size):
            loss = _loss(rows.of_users(batch), parameters, settings=settings, generator=generator)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        if stop is not None and stop(epoch, total / len(users), model()):
            break
    return model()


def _batches(users: npt.NDArray[np.int64], size: int) -> list[npt.NDArray[np.int64]]:
    return [users[start : start + size] for start in range(0, len(users), size)]


def _loss(batch: Interactions, parameters: list[Any], *, settings: Settings, generator: np.random.Generator) -> Any:
    """The loss of one batch, per user; its input is sparse: a weighted sum of the first layer's rows."""
    import torch
    from torch.nn.functional import embedding_bag

    device = parameters[0].device
    shown = generator.random(batch.n_interactions) >= settings.dropout
    kept = batch.where(shown)
    weights = (_row(batch, settings)[shown] / (1 - settings.dropout)).astype(np.float32)
    hidden = embedding_bag(
        torch.from_numpy(kept.indices.astype(np.int64)).to(device),
        parameters[0],
        torch.from_numpy(kept.indptr[:-1]).to(device),
        mode="sum",
        per_sample_weights=torch.from_numpy(weights).to(device),
    )
    hidden = hidden + parameters[1]
    activate = torch.tanh if settings.activation == "tanh" else torch.relu
    for layer in range(2, len(parameters), 2):
        hidden = activate(hidden) @ parameters[layer] + parameters[layer + 1]

    users = torch.from_numpy(batch.rows).to(device)
    items = torch.from_numpy(batch.indices.astype(np.int64)).to(device)
    if settings.loss == "squared_error":
        target = torch.zeros_like(hidden)
        target[users, items] = torch.from_numpy(np.array(batch.values)).to(device)
        return (hidden - target).square().mean()
    activity = torch.from_numpy(batch.activity.astype(np.float32)).to(device)
    log_likelihood = hidden[users, items].sum() - hidden.logsumexp(dim=1) @ activity
    return -log_likelihood / batch.n_users
