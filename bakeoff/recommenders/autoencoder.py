"""An autoencoder: a user's row of items through a bottleneck and back, read as scores for every item.

By default a variational one trained to rank (RecVAE), with a linear item-item branch (EASE) beside it: the scores of
both are standardised per user and summed. Rows weigh newer items more, and scores are corrected for popularity. The
published simple way, squared error on the whole rating row, is a setting of the same file.

Sources: Shenbin et al., "RecVAE", WSDM 2020; Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019;
Vancura and Kordik, "Deep variational autoencoder with shallow parallel path for top-N recommendation (VASP)", ICANN
2021, which has such a branch beside it.

Where the catalogue is wide, the engine in `base.wide` trains it over samples of the items.

Fitted with torch and NumPy alone; answers with NumPy alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base import Choice, Epoch, Signal, Task, Validation, setting, wide
from bakeoff.recommenders.base import Model as BaseModel
from bakeoff.recommenders.base.equals import WidestOfEquals
from bakeoff.recommenders.base.item_item import LinearBranch
from bakeoff.recommenders.base.known import KnownItems
from bakeoff.recommenders.base.network import mirrored, recvae
from bakeoff.recommenders.base.popularity import choose_exponent, popularity
from bakeoff.recommenders.base.recency import of_unit_length, recency

Floats = npt.NDArray[np.float32]
# An item with fewer interactions has nothing for a linear model to learn from.
LINEAR_MINIMUM = 2
Network = mirrored.Mirrored | recvae.RecVAE
AfterEpoch = Callable[[int, float, Callable[[], Network]], bool]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hyper-parameters. Where several values are to try, the first is what epochs are measured with.

    Args:
        network: ``recvae``; or ``mirrored``: the same sizes from the bottleneck back, no distribution.
        layers: sizes from the input to the bottleneck. ``recvae`` has two: its encoder's layers, and the latent size.
        dense_layers: of ``recvae``: encoder layers after the first; each reads the sum of all before it.
        activation: of ``mirrored``: of every layer but the last, which has none.
        loss: ``multinomial``: minus the log-likelihood of the row's items under a softmax over all items;
            ``squared_error``: the mean over the whole row, 0 where the user has no interaction; for ``mirrored`` only.
        row: what stands in the row: ``ones`` or ``weighted`` by the values, both scaled to length 1; or the ``values``
            as they are.
        dropout: share of the row's items that is hidden from the input in each step.
        regularisation: of ``recvae``: weight of the divergence from the prior, per item of the row.
        encoder_epochs: of ``recvae``: before each epoch of the decoder; together they are one epoch of the curve.
        learning_rate: of Adam.
        batch_size: users per step.
        max_epochs: the most epochs.
        patience: epochs without a better ndcg@100 on validation after which training stops.
        tie: models whose ndcg@100 on validation differ by at most this share are held to be equal: of epochs and of
            the values to try, the one with the widest coverage@10 is then taken.
        min_interactions: items with fewer interactions are not learned.
        linear_shares: the linear branch's share of the sum, to try; [0]: there is no such branch.
        linear_reg: L2 regularisations of the linear branch to try.
        linear_fading: two items of a history speak for each other (1 + their distance in it)^-linear_fading times.
        linear_max_items: the linear branch learns at most so many items, the most-interacted: memory, as in `ease`.
        recency_exponents: to try; of a history, an item weighs (1 + newer items)^-exponent; 0: all weigh alike. They
            weigh what a model answers from, not what it is trained on.
        columns_per_step: items that the softmax of a step is over; 0: all; -1: as the catalogue's size asks for. Where
            not all, the next four hold, and of the layers the first alone.
        wide_layer: size of the layer before the items.
        wide_batch_size: users per step.
        wide_epochs: the most epochs over samples of the items.
        wide_full_epochs: epochs over all items, after those.
        popularity_exponents: to try; scores are divided by popularity^exponent. One value: no choice.
        popularity_budget: the share of ndcg@100, and of ndcg@10, that may be given for coverage.
    """

    network: Literal["recvae", "mirrored"] = setting("recvae")
    layers: tuple[int, ...] = setting((600, 200), at_least=1, not_empty=True)
    dense_layers: int = setting(1, at_least=0)
    activation: Literal["tanh", "relu"] = setting("tanh")
    loss: Literal["multinomial", "squared_error"] = setting("multinomial")
    row: Literal["ones", "weighted", "values"] = setting("ones")
    dropout: float = setting(0.5, at_least=0, below=1)
    regularisation: float = setting(0.005, at_least=0)
    encoder_epochs: int = setting(3, at_least=1)
    learning_rate: float = setting(0.001, above=0)
    batch_size: int = setting(100, at_least=1)
    max_epochs: int = setting(100, at_least=1)
    patience: int = setting(5, at_least=1)
    tie: float = setting(0.005, at_least=0, below=1)
    min_interactions: int = setting(1, at_least=1)
    linear_shares: tuple[float, ...] = setting((0.25, 0.1, 0.4, 0.6), at_least=0, at_most=1, not_empty=True)
    linear_reg: tuple[float, ...] = setting((100.0, 50.0, 200.0, 400.0, 800.0), above=0, not_empty=True)
    linear_fading: float = setting(0.25, at_least=0)
    linear_max_items: int = setting(10_000, at_least=2)
    recency_exponents: tuple[float, ...] = setting((0.5, 0.0, 0.25, 0.75, 1.0), at_least=0, not_empty=True)
    columns_per_step: int = setting(-1, at_least=-1)
    wide_layer: int = setting(200, at_least=1)
    wide_batch_size: int = setting(2000, at_least=1)
    wide_epochs: int = setting(20, at_least=0)
    wide_full_epochs: int = setting(2, at_least=0)
    popularity_exponents: tuple[float, ...] = setting(
        (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5), at_least=0, at_most=1, not_empty=True
    )
    popularity_budget: float = setting(0.02, at_least=0, below=1)

    def faults(self) -> list[str]:
        found = []
        if self.loss == "squared_error" and any(self.popularity_exponents):
            found.append(
                "popularity_exponents must be [0] where loss is squared_error: its scores are predicted values, not "
                "probabilities to divide."
            )
        if self.network == "recvae" and len(self.layers) != 2:
            found.append("layers must be two sizes where network is recvae: the encoder's layers and the latent size.")
        if self.network == "recvae" and self.loss != "multinomial":
            found.append("loss must be multinomial where network is recvae.")
        if self.columns_per_step > 0 and not self._can_be_wide:
            found.append(
                "columns_per_step must be -1 or 0 where loss is not multinomial, row is not ones or activation is not "
                "tanh: samples of the items are not taken there."
            )
        return found

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
    """A fitted network, and the linear branch where there is one.

    Args:
        known: the items that it learned; inputs and outputs.
        network: gives the neural scores.
        linear: gives the linear scores; None where there is no such branch.
        log_popularity: float32, shape (known items,).
        linear_share: the linear branch's share of the sum.
        recency_exponent: of the weights of a history.
        popularity_exponent: scores are divided by popularity^exponent.
        settings: network, activation and row are read.
        signal: which interactions of a history count.
    """

    known: KnownItems
    network: Network
    linear: LinearBranch | None
    log_popularity: Floats
    linear_share: float
    recency_exponent: float
    popularity_exponent: float
    settings: Settings
    signal: Signal

    def scores(self, histories: Interactions) -> Floats:
        """The weighted sum of both branches' scores in standard deviations; the network's own where it is alone.

        Each branch is corrected for popularity before: the network's scores are logarithms, the linear ones are not.
        """
        rows = self._rows(histories)
        weights = _weigh(rows, self.settings, recency_exponent=self.recency_exponent)
        correction = np.float32(-self.popularity_exponent) * self.log_popularity
        scores = self.network.outputs(rows, weights) + correction
        if self.linear is not None:
            linear = self.linear.outputs(rows, weights) * np.exp(correction)
            share = np.float32(self.linear_share)
            scores = share * _standardised(linear) + (1 - share) * _standardised(scores)
        return self.known.widen(scores)

    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        return self._rows(histories).activity > 0

    def _rows(self, histories: Interactions) -> Interactions:
        return self.known.narrow(self.signal.of(histories))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "columns": self.known.columns,
            "n_items": np.array(self.known.n_items),
            "log_popularity": self.log_popularity,
            "linear_share": np.array(self.linear_share),
            "recency_exponent": np.array(self.recency_exponent),
            "popularity_exponent": np.array(self.popularity_exponent),
            **({} if self.linear is None else self.linear.arrays()),
            **self.network.arrays(),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> BaseModel:
        if wide.WideModel.wrote(arrays):
            return wide.WideModel.from_arrays(arrays, settings=settings, signal=signal)
        network: Network
        if settings.network == "recvae":
            network = recvae.RecVAE.from_arrays(arrays, dense_layers=settings.dense_layers)
        else:
            network = mirrored.Mirrored.from_arrays(
                arrays, n_layers=2 * len(settings.layers), activation=settings.activation
            )
        return cls(
            known=KnownItems(arrays["columns"], int(arrays["n_items"])),
            network=network,
            linear=LinearBranch.from_arrays(arrays) if any(settings.linear_shares) else None,
            log_popularity=arrays["log_popularity"],
            linear_share=float(arrays["linear_share"]),
            recency_exponent=float(arrays["recency_exponent"]),
            popularity_exponent=float(arrays["popularity_exponent"]),
            settings=settings,
            signal=signal,
        )


def choose(train: Interactions, *, validation: Validation, task: Task) -> Choice:
    """Choose epochs, recency, reg and share by ndcg@100, ties by coverage; then the popularity exponent."""
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
    first = {"linear_reg": settings.linear_reg[0], "recency_exponent": settings.recency_exponents[0]}
    fitting = _Fitting(train, task=task)
    chosen: dict[str, Any] = {**first, "linear_share": settings.linear_shares[0], "popularity_exponent": 0.0}
    epochs: WidestOfEquals[Network] = WidestOfEquals(settings.tie)

    def after_epoch(epoch: int, loss: float, network: Callable[[], Network]) -> bool:
        trained = network()
        metrics = validation.measure(fitting.model(trained, chosen))
        task.report(Epoch(epoch=epoch, train_loss=loss, metrics=metrics, tried={}))
        epochs.look_at(epoch, metrics, trained)
        return epoch - epochs.highest_at >= settings.patience

    last = fitting.train(epochs=settings.max_epochs, after_epoch=after_epoch)
    network = last if epochs.value is None else epochs.value
    metrics = epochs.metrics
    for values in _tries(settings):
        best: WidestOfEquals[dict[str, float]] = WidestOfEquals(settings.tie)
        best.look_at(0, metrics, {})
        for number, tried in enumerate(values, 1):
            measured = validation.measure(fitting.model(network, chosen | tried))
            task.report(Epoch(epoch=None, train_loss=None, metrics=measured, tried=tried))
            best.look_at(number, measured, tried)
        chosen, metrics = chosen | (best.value or {}), best.metrics
    plain = fitting.model(network, chosen)
    exponent = choose_exponent(
        lambda exponent: replace(plain, popularity_exponent=exponent),
        exponents=settings.popularity_exponents,
        budget=settings.popularity_budget,
        validation=validation,
        report=task.report,
        within=("ndcg@100", "ndcg@10"),
    )
    chosen = {"epochs": epochs.at, **chosen, "popularity_exponent": exponent}
    return Choice(chosen, replace(plain, popularity_exponent=exponent))


def fit(interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> BaseModel:
    """Train for the epochs chosen."""
    plan = task.settings.wide_plan(interactions.n_items)
    if plan is not None:
        minimum = task.settings.min_interactions
        return wide.fit(interactions, plan=plan, min_interactions=minimum, chosen=chosen, task=task)
    fitting = _Fitting(interactions, task=task)
    return fitting.model(fitting.train(epochs=chosen["epochs"], after_epoch=lambda *_: False), chosen)


def _tries(settings: Settings) -> list[list[dict[str, float]]]:
    """What is tried of each value beside the first, one value after the other."""
    recency = [{"recency_exponent": exponent} for exponent in settings.recency_exponents[1:]]
    if not any(settings.linear_shares):
        return [recency]
    regs = [{"linear_reg": reg} for reg in settings.linear_reg[1:]]
    return [recency, regs, [{"linear_share": share} for share in settings.linear_shares[1:]]]


class _Fitting:
    """Fits both branches on the same rows; a linear branch is solved once per regularisation."""

    def __init__(self, interactions: Interactions, *, task: Task) -> None:
        self._task = task
        self._settings: Settings = task.settings
        learned = task.signal.of(interactions)
        self._known = KnownItems.most_interacted(learned, at_least=self._settings.min_interactions)
        self._rows = self._known.narrow(learned)
        self._linear: tuple[float, LinearBranch] | None = None

    def train(self, *, epochs: int, after_epoch: AfterEpoch) -> Network:
        """The network, trained for at most `epochs`; torch is imported here."""
        settings, seed = self._settings, self._task.seed

        def weigh(rows: Interactions) -> Floats:
            return _weigh(rows, settings, recency_exponent=0)

        if settings.network == "mirrored":
            return mirrored.train(
                self._rows, plan=_mirrored(settings), weigh=weigh, seed=seed, epochs=epochs, after_epoch=after_epoch
            )
        from bakeoff.recommenders.base.network import recvae_training

        return recvae_training.train(
            self._rows, plan=_recvae(settings), weigh=weigh, seed=seed, rounds=epochs, after_round=after_epoch
        )

    def model(self, network: Network, chosen: Mapping[str, Any]) -> Model:
        return Model(
            known=self._known,
            network=network,
            linear=self._branch(chosen["linear_reg"]) if any(self._settings.linear_shares) else None,
            log_popularity=np.log(popularity(self._rows)).astype(np.float32),
            linear_share=chosen["linear_share"],
            recency_exponent=chosen["recency_exponent"],
            popularity_exponent=chosen["popularity_exponent"],
            settings=self._settings,
            signal=self._task.signal,
        )

    def _branch(self, reg: float) -> LinearBranch:
        if self._linear is None or self._linear[0] != reg:
            at_most = self._settings.linear_max_items
            fading = self._settings.linear_fading
            branch = LinearBranch.fit(self._rows, reg=reg, fading=fading, at_least=LINEAR_MINIMUM, at_most=at_most)
            self._linear = reg, branch
        return self._linear[1]


def _mirrored(settings: Settings) -> mirrored.Plan:
    return mirrored.Plan(
        layers=settings.layers,
        activation=settings.activation,
        loss=settings.loss,
        dropout=settings.dropout,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
    )


def _recvae(settings: Settings) -> recvae.Plan:
    hidden, latent = settings.layers
    return recvae.Plan(
        hidden=hidden,
        latent=latent,
        dense_layers=settings.dense_layers,
        dropout=settings.dropout,
        regularisation=settings.regularisation,
        encoder_epochs=settings.encoder_epochs,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
    )


def _weigh(rows: Interactions, settings: Settings, *, recency_exponent: float) -> Floats:
    """What the row holds for each interaction, shape (n_interactions,)."""
    weights = recency(rows, recency_exponent)
    if settings.row != "ones":
        weights = weights * rows.values
    return weights if settings.row == "values" else of_unit_length(weights, rows)


def _standardised(scores: Floats) -> Floats:
    """Each row less its mean, divided by its deviation."""
    deviation = scores.std(axis=1, keepdims=True)
    standardised: Floats = (scores - scores.mean(axis=1, keepdims=True)) / np.where(deviation > 0, deviation, 1)
    return standardised
