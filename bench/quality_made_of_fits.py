"""Figures made of fits: lists of alike items against the article's, the blend against its best member."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.agreement import usefulness
from bakeoff.evaluation.blended_field import blend_field
from bakeoff.evaluation.neighbours import K, same_director
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.target import Target
from bakeoff.evaluation.validation_lists import VALIDATION_LISTS, ValidationLists
from bench.quality_paired import ndcg_of_users, paired
from bench.quality_plan import TWIN
from bench.results import Figure

ARTICLE = "content-article-1"  # its lists of alike items are those of the article's one vectorizer


def alike_figures(folders: Mapping[str, Path], prepared: Prepared) -> list[Figure]:
    """Of the same items, those that both the content model and the article's have a list for.

    Args:
        folders: by contestant, the folder of its fit.
        prepared: the split.
    """
    ours, theirs = (np.load(folders[name] / "neighbours.npy") for name in ("content", ARTICLE))
    items = np.flatnonzero((ours[:, 0] != NO_ITEM) & (theirs[:, 0] != NO_ITEM))
    liked = prepared.train_and_validation.liked(prepared.liked_threshold)
    documents = list(prepared.documents())
    used = [usefulness(lists[items], items=items, interactions=liked, k=K) for lists in (ours, theirs)]
    same = [same_director(lists[items], items=items, documents=documents, k=K) for lists in (ours, theirs)]
    told = ~np.isnan(same[0]) & ~np.isnan(same[1])
    print(
        f"\nAlike items, {len(items)} lists of {K}: usefulness content {used[0].mean():.4f}, the article's "
        f"{used[1].mean():.4f}; same director {same[0][told].mean():.3f} and {same[1][told].mean():.3f}"
    )
    [director] = paired("content_vs_article_same_director", same[0][told], same[1][told])
    return [
        Figure(name=director.name, value=director.value, unit="x", spread=director.spread, target=1 / 3),
        *paired("content_vs_article_usefulness", *used, at_least=0.96),
    ]


def blend_figures(folders: Mapping[str, Path], prepared: Prepared, target: Target) -> list[Figure]:
    """The blend as a run makes it, of the first seed's fits, against the member that is best on the test part.

    Args:
        folders: by contestant, the folder of its fit.
        prepared: the split.
        target: its test users.
    """
    # A managed service leaves no lists of validation users, so its twin is no member.
    members = {name: folder for name, folder in folders.items() if name != TWIN}
    ranked = {name: np.load(folder / "test.npy") for name, folder in members.items()}
    validation = {}
    for name, folder in members.items():
        with (folder / VALIDATION_LISTS).open("rb") as content:
            validation[name] = ValidationLists.read(content, source=str(folder))
    made = blend_field(ranked, validation, prepared)
    values = {name: ndcg_of_users([one], target, k=10) for name, one in ranked.items()}
    best = max(made.blend.weights, key=lambda name: float(values[name].mean()))
    ours = ndcg_of_users([made.ranked], target, k=10)
    print(f"\n{made.blend} ndcg@10 {ours.mean():.4f}; its best member {best} {values[best].mean():.4f}")
    return paired("blend_vs_best_member_ndcg10", ours, values[best], at_least=1, loss=0.01)
