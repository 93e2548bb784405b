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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base import Choice, Epoch, Signal, Task, Validation, wide
from bakeoff.recommenders.base import Model as BaseModel
from bakeoff.recommenders.base.equals import WidestOfEquals
from bakeoff.recommenders.base.item_item import LinearBranch, co_occurrences, items_that_fit, solve
from bakeoff.recommenders.base.known import KnownItems, ModelOfKnownItems
from bakeoff.recommenders.base.members import seed_of_member
from bakeoff.recommenders.base.network import mirrored, recvae
from bakeoff.recommenders.base.network.settings import Settings
from bakeoff.recommenders.base.popularity import choose_exponent, popularity
from bakeoff.recommenders.base.recency import of_unit_length, recency

__all__ = ["Model", "Settings", "choose", "fit"]

Floats = npt.NDArray[np.float32]
# An item with fewer interactions has nothing for a linear model to learn from.
LINEAR_MINIMUM = 2
Network = mirrored.Mirrored | recvae.RecVAE
AfterEpoch = Callable[[int, float, Callable[[], Network]], bool]


@dataclass(frozen=True, eq=False)
class Model(ModelOfKnownItems):
    """Fitted networks, and the linear branch where there is one.

    Args:
        networks: the mean of what they give are the neural scores.
        linear: gives the linear scores; None where there is no such branch.
        log_popularity: float32, shape (known items,).
        linear_share: the linear branch's share of the sum.
        recency_exponent: of the weights of a history.
        popularity_exponent: scores are divided by popularity^exponent.
        settings: network, activation and row are read.
    """

    networks: Sequence[Network]
    linear: LinearBranch | None
    log_popularity: Floats
    linear_share: float
    recency_exponent: float
    popularity_exponent: float
    settings: Settings

    def scores(self, histories: Interactions) -> Floats:
        """The weighted sum of both branches' scores in standard deviations; the network's own where it is alone.

        Each branch is corrected for popularity before: the network's scores are logarithms, the linear ones are not.
        """
        rows = self.rows(histories)
        weights = _weigh(rows, self.settings, recency_exponent=self.recency_exponent)
        correction = np.float32(-self.popularity_exponent) * self.log_popularity
        scores = self._neural(rows, weights) + correction
        if self.linear is not None:
            linear = self.linear.outputs(rows, weights) * np.exp(correction)
            share = np.float32(self.linear_share)
            scores = share * _standardised(linear) + (1 - share) * _standardised(scores)
        return self.known.widen(scores)

    def _neural(self, rows: Interactions, weights: Floats) -> Floats:
        # Constants of a user do not count, so logits of softmaxes can be added as they are.
        total = self.networks[0].outputs(rows, weights)
        for network in self.networks[1:]:
            total += network.outputs(rows, weights)
        return total / np.float32(len(self.networks))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        named = {
            f"member_{number}_{name}": array
            for number, network in enumerate(self.networks)
            for name, array in network.arrays().items()
        }
        return {
            **self.known.arrays(),
            "log_popularity": self.log_popularity,
            "linear_share": np.array(self.linear_share),
            "recency_exponent": np.array(self.recency_exponent),
            "popularity_exponent": np.array(self.popularity_exponent),
            **({} if self.linear is None else self.linear.arrays()),
            **named,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], *, settings: Settings, signal: Signal) -> BaseModel:
        if wide.WideModel.wrote(arrays):
            return wide.WideModel.from_arrays(arrays, settings=settings, signal=signal)
        return cls(
            known=KnownItems.from_arrays(arrays),
            networks=[_read(arrays, number, settings) for number in range(settings.members)],
            linear=LinearBranch.from_arrays(arrays) if any(settings.linear_shares) else None,
            log_popularity=arrays["log_popularity"],
            linear_share=float(arrays["linear_share"]),
            recency_exponent=float(arrays["recency_exponent"]),
            popularity_exponent=float(arrays["popularity_exponent"]),
            settings=settings,
            signal=signal,
        )


def _read(arrays: Mapping[str, npt.NDArray[Any]], number: int, settings: Settings) -> Network:
    """The member of that number."""
    prefix = f"member_{number}_"
    own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    if settings.network == "recvae":
        return recvae.RecVAE.from_arrays(own, dense_layers=settings.dense_layers)
    return mirrored.Mirrored.from_arrays(own, n_layers=2 * len(settings.layers), activation=settings.activation)


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
        metrics = validation.measure(fitting.model([trained], chosen))
        task.report(Epoch(epoch=epoch, train_loss=loss, metrics=metrics, tried={}))
        epochs.look_at(epoch, metrics, trained)
        return epoch - epochs.highest_at >= settings.patience

    last = fitting.train(0, epochs=settings.max_epochs, after_epoch=after_epoch)
    networks = [last if epochs.value is None else epochs.value, *fitting.members(range(1, settings.members), epochs.at)]
    # What is chosen next is chosen for all members together.
    metrics = epochs.metrics if len(networks) == 1 else validation.measure(fitting.model(networks, chosen))
    for values in _tries(settings):
        best: WidestOfEquals[dict[str, float]] = WidestOfEquals(settings.tie)
        best.look_at(0, metrics, {})
        for number, tried in enumerate(values, 1):
            measured = validation.measure(fitting.model(networks, chosen | tried))
            task.report(Epoch(epoch=None, train_loss=None, metrics=measured, tried=tried))
            best.look_at(number, measured, tried)
        chosen, metrics = chosen | (best.value or {}), best.metrics
    plain = fitting.model(networks, chosen)
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
    return fitting.model(fitting.members(range(task.settings.members), chosen["epochs"]), chosen)


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

    def members(self, numbers: range, epochs: int) -> list[Network]:
        """Networks that differ by their seeds, trained for `epochs`."""
        return [self.train(number, epochs=epochs, after_epoch=lambda *_: False) for number in numbers]

    def train(self, number: int, *, epochs: int, after_epoch: AfterEpoch) -> Network:
        """The member of that number, trained for at most `epochs`; torch is imported here."""
        settings, seed = self._settings, seed_of_member(self._task.seed, number)

        def weigh(rows: Interactions) -> Floats:
            return _weigh(rows, settings, recency_exponent=0)

        if settings.network == "mirrored":
            return mirrored.train(
                self._rows, plan=settings.mirrored_plan, weigh=weigh, seed=seed, epochs=epochs, after_epoch=after_epoch
            )
        from bakeoff.recommenders.base.network import recvae_training

        return recvae_training.train(
            self._rows, plan=settings.recvae_plan, weigh=weigh, seed=seed, rounds=epochs, after_round=after_epoch
        )

    def model(self, networks: Sequence[Network], chosen: Mapping[str, Any]) -> Model:
        return Model(
            known=self._known,
            networks=networks,
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
            learned, counts = self._co_occurrences
            self._linear = reg, LinearBranch(learned, solve(counts, reg=reg))
        return self._linear[1]

    @cached_property
    def _co_occurrences(self) -> tuple[KnownItems, npt.NDArray[np.float64]]:
        """The items that the linear branch learns, and how often they occur together; counted once for every reg."""
        at_most = self._settings.linear_max_items
        learned = items_that_fit(self._rows, at_least=LINEAR_MINIMUM, at_most=at_most, setting="linear_max_items")
        return learned, co_occurrences(learned.narrow(self._rows), fading=self._settings.linear_fading)


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
