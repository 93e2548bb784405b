"""One call for the whole evaluation: prepared folder, lists and the run's description in, results out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.contracts.catalogue import BLEND
from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.blended_field import blend_field
from bakeoff.evaluation.blending import Blend
from bakeoff.evaluation.field import Field, PairedTests, Scored, score_field
from bakeoff.evaluation.given import Given, GivenOrders
from bakeoff.evaluation.health import notes_on
from bakeoff.evaluation.incumbent import Incumbent, comparable_users, compare_with_incumbent
from bakeoff.evaluation.lists import ContestantLists, read_lists
from bakeoff.evaluation.lists_table import LISTS_PARQUET, write_lists
from bakeoff.evaluation.neighbours import ARCHIVE_SUFFIX, score_neighbours
from bakeoff.evaluation.order import read_order, refuse_other_splits
from bakeoff.evaluation.protocol import Protocol
from bakeoff.evaluation.ratings import score_ratings
from bakeoff.evaluation.results import ContestantResult, Results
from bakeoff.evaluation.scoring import rank
from bakeoff.evaluation.slices import slices_of
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate
from bakeoff.evaluation.target import Target
from bakeoff.evaluation.validation_lists import read_validation_lists

Columns = npt.NDArray[np.int32]
Reader = Callable[..., ContestantLists]


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where an evaluation reads and writes.

    Args:
        prepared: of the frozen split.
        lists: a contestant's lists lie where its ``lists`` in run.json says.
        run: holds ``run.json``.
        incumbent: the folder ``matrix`` of what the incumbent learnt from; looked at only where run.json names one.
        curves: what training jobs left beside their models: a contestant's ``neighbours``, and the validation lists
            that a blend is tuned on.
        output: takes ``metrics.json``, ``metrics.csv`` and ``lists.parquet``.
    """

    prepared: Path
    lists: Path
    run: Path
    incumbent: Path
    curves: Path
    output: Path


@dataclass(frozen=True, kw_only=True, eq=False)
class _Entered:
    """One contestant as it came: its recommendable lists, or why there are none."""

    ranked: Columns | None
    more: Mapping[str, Estimate]
    problems: list[str]
    notes: list[str]
    blend: Blend | None = None


def evaluate_run(
    folders: Folders,
    *,
    bootstrap: Bootstrap | None = None,
    tests: PairedTests | None = None,
    read: Reader = read_lists,
) -> Results:
    """Score every contestant of the run that has sound lists, name what is wrong with the others, write the results.

    Args:
        folders: where it reads and writes.
        bootstrap: how intervals are drawn.
        tests: how contestants are tested against each other.
        read: reads a contestant's lists, as `read_lists` does.

    Raises:
        DataError: the prepared folder is incomplete.
        EvaluationError: run.json is missing or malformed, or the run or lists belong to another split.
    """
    bootstrap, tests = bootstrap or Bootstrap(), tests or PairedTests()
    prepared = Prepared.open(folders.prepared)
    run = read_order(folders.run)
    refuse_other_splits(run, prepared.split_hash)
    target = Target.of(
        users=prepared.test_users,
        holdout=prepared.test_holdout,
        fitted=prepared.train_and_validation,
        documents=prepared.documents(),
    )
    entered = {
        one["name"]: _enter(one, folders, prepared, target, bootstrap, read)
        for one in run["contestants"]
        if one.get("kind") != BLEND
    }
    entered |= _blended(run, entered, folders.curves, prepared)
    ranked = {name: one.ranked for name, one in entered.items() if one.ranked is not None}
    field = score_field(ranked, target, bootstrap=bootstrap, tests=tests) if ranked else None
    orders = GivenOrders(folders.lists, prepared, target, read=read)
    given = {
        one["name"]: orders.compare(one, ranked[one["name"]], bootstrap=bootstrap, tests=tests)
        for one in run["contestants"]
        if one["name"] in ranked
    }
    results = Results(
        run_id=run["runId"],
        protocol=Protocol.of(prepared, bootstrap=bootstrap, tests=tests, slices=slices_of(target)),
        contestants={
            one["name"]: _result(one, entered[one["name"]], field, given.get(one["name"])) for one in run["contestants"]
        },
        comparisons=field.comparisons if field else None,
        agreement=field.agreement if field else {},
        incumbent=_incumbent(run.get("incumbent"), folders, prepared, ranked, target, bootstrap=bootstrap, tests=tests),
    )
    write_lists(folders.output / LISTS_PARQUET, ranked, target, prepared)
    results.write(folders.output)
    return results


def _enter(
    contestant: Mapping[str, Any],
    folders: Folders,
    prepared: Prepared,
    target: Target,
    bootstrap: Bootstrap,
    read_lists: Reader,
) -> _Entered:
    if contestant["status"] != "ok":
        reason = contestant.get("reason") or "no reason is given"
        return _Entered(ranked=None, more={}, problems=[f"It did not finish: {reason}"], notes=[])
    more, problems = _further(contestant, folders, prepared, bootstrap)
    if "recommend" not in contestant.get("answers", ["recommend"]):
        return _Entered(ranked=None, more=more, problems=problems, notes=[])
    read = read_lists(folders.lists / contestant["lists"], prepared)
    problems = [*read.problems, *problems]
    if problems:
        return _Entered(ranked=None, more={}, problems=problems, notes=read.notes)
    ranked = rank(read.lists, users=target.users, holdout=target.holdout)
    notes = notes_on(
        read.lists,
        ranked,
        target,
        longest_list=contestant.get("longestList"),
        personal=bool(contestant.get("needsHistory", True)),
    )
    return _Entered(ranked=ranked, more=more, problems=[], notes=[*read.notes, *notes])


def _blended(
    run: Mapping[str, Any], entered: Mapping[str, _Entered], curves: Path, prepared: Prepared
) -> dict[str, _Entered]:
    """The run's blend, if it has one: of the contestants that are sound, tuned on their validation lists."""
    blends = [one["name"] for one in run["contestants"] if one.get("kind") == BLEND]
    if not blends:
        return {}
    ranked = {name: one.ranked for name, one in entered.items() if one.ranked is not None}
    try:
        made = blend_field(ranked, read_validation_lists(curves), prepared)
    except EvaluationError as error:  # of the others' figures nothing is lost
        return {name: _Entered(ranked=None, more={}, problems=[str(error)], notes=[]) for name in blends}
    entry = _Entered(ranked=made.ranked, more={}, problems=[], notes=made.notes, blend=made.blend)
    return dict.fromkeys(blends, entry)


def _further(
    contestant: Mapping[str, Any], folders: Folders, prepared: Prepared, bootstrap: Bootstrap
) -> tuple[dict[str, Estimate], list[str]]:
    """What a contestant gives beside lists: predicted ratings, neighbours of items."""
    metrics: dict[str, Estimate] = {}
    problems: list[str] = []
    for given, score in (("predictions", score_ratings), ("neighbours", score_neighbours)):
        if path := contestant.get(given):
            # A training job leaves its own beside the learning curve, a service's lie among the lists.
            below = folders.curves if path.endswith(ARCHIVE_SUFFIX) else folders.lists
            try:
                found, faults = score(below / path, prepared, bootstrap)
            except EvaluationError as error:  # of the others' figures nothing is lost
                found, faults = {}, [str(error)]
            metrics |= found
            problems += faults
    return metrics, problems


def _result(
    contestant: Mapping[str, Any], entered: _Entered, field: Field | None, given: Given | None
) -> ContestantResult:
    scored = Scored(metrics=entered.more, slices=[], popularity_curve=[]) if entered.more else None
    if field is not None and entered.ranked is not None:
        own = field.contestants[contestant["name"]]
        scored = Scored(
            metrics={**own.metrics, **entered.more}, slices=own.slices, popularity_curve=own.popularity_curve
        )
    return ContestantResult(
        scored=scored,
        problems=entered.problems,
        notes=entered.notes,
        twin=bool(contestant.get("twin", False)),
        learns_from=contestant.get("learnsFrom", "liked"),
        blend=entered.blend,
        given=given,
    )


def _incumbent(
    incumbent: Mapping[str, Any] | None,
    folders: Folders,
    prepared: Prepared,
    ranked: Mapping[str, Columns],
    target: Target,
    *,
    bootstrap: Bootstrap,
    tests: PairedTests,
) -> Incumbent | None:
    """What serves now, compared with every healthy contestant; a reason instead where it cannot be."""
    if incumbent is None:
        return None
    lists, reason = _lists_of_incumbent(incumbent, folders.lists, prepared, ranked, target)
    if lists is None or not ranked:
        reason = reason or "no contestant of this run has sound lists"
        return Incumbent(run_id=incumbent["runId"], name=incumbent["name"], users=0, reason=reason)
    try:
        if incumbent.get("split") == prepared.split_hash:
            compared = np.ones(len(target.users), np.bool_)  # it learnt from the same rows as the challengers
        else:
            compared = comparable_users(prepared, folders.incumbent)
    except EvaluationError as error:  # what served before is no reason to throw this run's figures away
        return Incumbent(run_id=incumbent["runId"], name=incumbent["name"], users=0, reason=str(error))
    return compare_with_incumbent(incumbent, lists, ranked, target, compared=compared, bootstrap=bootstrap, tests=tests)


def _lists_of_incumbent(
    incumbent: Mapping[str, Any],
    lists_folder: Path,
    prepared: Prepared,
    ranked: Mapping[str, Columns],
    target: Target,
) -> tuple[Columns | None, str | None]:
    if incumbent.get("sameAs") in ranked:
        return ranked[incumbent["sameAs"]], None
    if not incumbent.get("lists"):
        return None, incumbent.get("reason") or "there are no lists of it for this split"
    read = read_lists(lists_folder / incumbent["lists"], prepared, drop_unknown=True)
    if read.problems:
        return None, f"its lists are not sound: {' '.join(read.problems)}"
    return rank(read.lists, users=target.users, holdout=target.holdout), None
