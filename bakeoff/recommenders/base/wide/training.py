"""The training itself: epochs over sampled items until they bring nothing more, then some over all items."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff.recommenders.base.contract import Epoch, Report, report_nothing
from bakeoff.recommenders.base.wide.plan import Network, Plan, Trained
from bakeoff.recommenders.base.wide.rows import Rows

if TYPE_CHECKING:
    from bakeoff.recommenders.base.wide.middle import MakeMiddle
    from bakeoff.recommenders.base.wide.state import Place, State

# What early stopping looks at.
QUALITY = "ndcg@100"
Measure = Callable[[Network], Mapping[str, float]]


def train(
    rows: Rows,
    *,
    plan: Plan,
    seed: int,
    make_middle: "MakeMiddle | None" = None,
    measure: Measure | None = None,
    report: Report = report_nothing,
    checkpoints: Path | None = None,
) -> Trained:
    """Train as planned. The same seed gives the same weights on a CPU, and interruptions change none of them.

    Args:
        rows: what is learned.
        plan: how.
        seed: of everything random.
        make_middle: makes the module between the item layers from their widths; None: that of a Mult-DAE.
        measure: gives metrics of the network after an epoch; `QUALITY` decides when the sampled epochs end, and from
            which of them those over all items go on.
        report: is told each epoch, after an interruption those passed before it too.
        checkpoints: where the state is written to, and taken up from.

    Raises:
        ModelError: the checkpoint there is of another training, or there is nothing to learn from.
    """
    from bakeoff.errors import ModelError
    from bakeoff.recommenders.base.wide.trainer import Trainer

    if not len(rows.indices):
        raise ModelError("No user has an interaction to learn from; give more data or lower the liked threshold.")
    trainer = Trainer(rows, plan=plan, seed=seed, make_middle=make_middle, checkpoints=checkpoints)
    place = trainer.state.place
    for number, (loss, metrics) in enumerate(place.passed, 1):
        report(Epoch(epoch=number, train_loss=loss, metrics=metrics, tried={}))
    while not _over(place, plan):
        loss = trainer.pass_epoch()
        metrics = dict(measure(trainer.state.network())) if measure is not None else {}
        report(Epoch(epoch=place.epoch, train_loss=loss, metrics=metrics, tried={}))
        place.passed.append((loss, metrics))
        _go_on(trainer.state, plan, as_first=trainer.processes.as_first)
        trainer.save()
    sampled = (place.full_from or 1) - 1
    return Trained(trainer.state.network(), place.best or sampled, len(place.passed) - sampled)


def _over(place: "Place", plan: Plan) -> bool:
    if place.full_from is None and not plan.sampled_epochs:
        place.full_from = 1
    return place.full_from is not None and place.epoch >= place.full_from + plan.full_epochs


def _go_on(state: "State", plan: Plan, *, as_first: Callable[[float], float]) -> None:
    """To the next epoch, which is the first over all items where the sampled ones have brought what they can.

    Those over all items go on from the best of the sampled ones. The first process decides: some that measured a hair
    apart must not part ways.
    """
    place = state.place
    if place.full_from is None:
        if as_first(float(_rose(place))):
            state.keep_best()
        waited = place.epoch - place.best if place.best else 0
        if place.epoch >= plan.sampled_epochs or (plan.patience is not None and waited >= plan.patience):
            place.full_from = place.epoch + 1
            if place.best:
                state.return_to_best()
    place.epoch, place.step, place.loss = place.epoch + 1, 0, 0.0


def _rose(place: "Place") -> bool:
    """Whether the last epoch's quality is above all before; False where none was measured."""
    *before, last = [metrics.get(QUALITY, -math.inf) for _, metrics in place.passed]
    return last > max(before, default=-math.inf)
