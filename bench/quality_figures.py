"""From fits to figures: what each contestant is held to, on one data set."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.metrics import coverage
from bakeoff.evaluation.target import Target
from bench.quality_made_of_fits import alike_figures, blend_figures
from bench.quality_paired import ndcg_of_users, paired, paired_coverage, paired_rmse
from bench.quality_plan import LAST_OUT, MAIN, SEEDS, TWIN, Fit, Search
from bench.results import Figure

# Of the biases' error. Where items have few ratings each, their biases are a weaker rival.
RMSE_LIMIT = 0.98
RMSE_LIMITS = {"ml-latest-small": 0.96}

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Lists = Mapping[str, Sequence[Columns]]


def figures(fits: Sequence[Fit], folders: Mapping[str, Path]) -> list[Figure]:
    """Every figure; prints the table of contestants and the popularity slider before.

    Args:
        fits: all of them there.
        folders: by strategy, the prepared folder.
    """
    found: list[Figure] = []
    for strategy, measure in ((MAIN, _on_main), (LAST_OUT, _on_last_out)):
        prepared = Prepared.open(folders[strategy])
        target = Target.of(
            users=prepared.test_users,
            holdout=prepared.test_holdout,
            fitted=prepared.train_and_validation,
            documents=prepared.documents(),
        )
        lists = _lists([fit for fit in fits if fit.strategy == strategy])
        _print_table(strategy, lists, target)
        found += measure(lists, target)
        if strategy == MAIN:
            found += alike_figures(_one_fit_each(fits), prepared)
            found += blend_figures(_one_fit_each(fits), prepared, target)
    _print_slider(fits)
    return found


def _one_fit_each(fits: Sequence[Fit]) -> dict[str, Path]:
    """By contestant, the folder of the first seed's fit on the main split."""
    return {fit.contestant.name: fit.folder for fit in fits if fit.strategy == MAIN and fit.seed == SEEDS[0]}


def autopilot_figures(searched: Sequence[Search], folder: Path) -> list[Figure]:
    """The search's predicted ratings against biases, and its order against the one it was given.

    Args:
        searched: by the columns that count; those that leak are shown, marked, and held to nothing.
        folder: the prepared folder of the main split.
    """
    prepared = Prepared.open(folder)
    target = Target.of(
        users=prepared.test_users, holdout=prepared.test_holdout, fitted=prepared.train_and_validation, documents=[]
    )
    found = []
    for one in searched:
        users, errors, bias = (np.load(one.folder / f"{name}.npy") for name in ("users", "errors", "bias"))
        leaks = one.specification == "leaking"
        name = f"autopilot_xgboost_{one.specification}{'_marked_knows_the_future' if leaks else ''}"
        limit = None if leaks else RMSE_LIMITS.get(prepared.manifest["dataset"], RMSE_LIMIT)
        found.append(paired_rmse(f"{name}_rmse_vs_bias", errors, bias, users, target=limit))
        lists = {order: np.load(one.folder / f"{order}.npy") for order in ("reranked", "given")}
        ours, given = (ndcg_of_users([lists[order]], target, k=10) for order in ("reranked", "given"))
        print(
            f"\nautopilot-xgboost, columns {one.specification}: RMSE {np.sqrt(errors.mean()):.4f}, biases "
            f"{np.sqrt(bias.mean()):.4f}; of the same candidates ndcg@10 {ours.mean():.4f}, as given {given.mean():.4f}"
        )
        found += paired(f"{name}_reranked_vs_given_ndcg10", ours, given)
    return found


def _lists(fits: Sequence[Fit]) -> dict[str, list[Columns]]:
    by_contestant: dict[str, list[Columns]] = defaultdict(list)
    for fit in sorted(fits, key=lambda one: (one.contestant.name, one.seed)):
        by_contestant[fit.contestant.name].append(np.load(fit.folder / "test.npy", allow_pickle=False))
    return dict(by_contestant)


def _on_main(lists: Lists, target: Target) -> list[Figure]:
    values = {(name, k): ndcg_of_users(some, target, k=k) for name, some in lists.items() for k in (10, 100)}

    def ratio(name: str, one: str, other: str, k: int, **limits: float) -> list[Figure]:
        return paired(f"{name}_ndcg{k}", values[one, k], values[other, k], n=len(lists[one]), **limits)

    return [
        *ratio("autoencoder_vs_ease", "autoencoder", "ease", 100, at_least=1, loss=0.01),
        *ratio("autoencoder_vs_ease", "autoencoder", "ease", 10, at_least=0.98),
        *ratio("autoencoder_vs_article", "autoencoder", "autoencoder-article", 10, at_least=1.15),
        paired_coverage(
            "autoencoder_vs_article_coverage10",
            lists["autoencoder"],
            lists["autoencoder-article"],
            target,
            at_least=1.5,
        ),
        *ratio("neural_part_vs_ease", "autoencoder-neural", "ease", 100, at_least=0.96),
        *_against_better_article_list(values),
    ]


def _against_better_article_list(values: Mapping[tuple[str, int], Floats]) -> list[Figure]:
    """The article has two lists; the content model is held to the better one."""
    better = max(("content-article-1", "content-article-2"), key=lambda name: float(values[name, 10].mean()))
    return paired("content_vs_article_ndcg10", values["content", 10], values[better, 10], at_least=2)


def _on_last_out(lists: Lists, target: Target) -> list[Figure]:
    values = {name: ndcg_of_users(some, target, k=10) for name, some in lists.items()}

    def ratio(name: str, one: str, other: str, **limits: float) -> list[Figure]:
        return paired(f"{name}_ndcg10", values[one], values[other], n=len(lists[one]), **limits)

    return [
        *ratio("sasrec_vs_itemknn", "sasrec", "item-knn", at_least=1.15),
        *ratio("hrnn_vs_itemknn", "hrnn", "item-knn", at_least=1.05),
        *ratio("hrnn_metadata_vs_hrnn", "hrnn-metadata", "hrnn", at_least=1, loss=0.02),
        *ratio("twin_vs_hrnn", TWIN, "hrnn", at_least=1, loss=0.02),
    ]


def _print_table(strategy: str, lists: Lists, target: Target) -> None:
    print(f"\n{strategy}: {len(target.users)} test users, {target.n_candidates} candidates; means over seeds")
    print(f"  {'contestant':<28} {'seeds':>5} {'ndcg@10':>9} {'ndcg@100':>9} {'coverage@10':>12}")
    for name, some in sorted(lists.items(), key=lambda one: -float(ndcg_of_users(one[1], target, k=10).mean())):
        shown = np.mean([coverage(one, n_candidates=target.n_candidates, k=10) for one in some])
        accuracy = [float(ndcg_of_users(some, target, k=k).mean()) for k in (10, 100)]
        print(f"  {name:<28} {len(some):>5} {accuracy[0]:>9.4f} {accuracy[1]:>9.4f} {shown:>12.3f}")


def _print_slider(fits: Sequence[Fit]) -> None:
    """What each strength of the popularity correction gives and costs, on validation; the first seed's fits."""
    print("\nPopularity slider, on validation: score / popularity^exponent")
    print(f"  {'contestant':<28} {'exponent':>8} {'ndcg@10':>9} {'ndcg@100':>9} {'coverage@10':>12}")
    for fit in fits:
        steps = [step for step in fit.result["curve"] if "popularity_exponent" in step["tried"]]
        if fit.strategy != MAIN or fit.seed != SEEDS[0] or not steps:
            continue
        chosen = fit.result["chosen"]["popularity_exponent"]
        for step in steps:
            exponent, metrics = step["tried"]["popularity_exponent"], step["metrics"]
            print(
                f"  {fit.contestant.name:<28} {exponent:>8.2f} {metrics['ndcg@10']:>9.4f} {metrics['ndcg@100']:>9.4f} "
                f"{metrics['coverage@10']:>12.3f}{'  chosen' if exponent == chosen else ''}"
            )
