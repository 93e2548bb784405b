"""Claims that one recommends better than another, in each verdict."""

from collections.abc import Mapping

import pytest

from bakeoff.judging.claims.better import basic_claims, metadata_claims, self_coded_claim
from bakeoff.judging.claims.finding import Finding, Run
from tests.support.run_figures import RunFigures, figure

MANAGED = "personalize-user-personalization"
WITHIN, WIDE, FAR = (1.01, 0.98, 1.04), (1.04, 0.9, 1.2), (1.3, 1.2, 1.4)
Ratio = tuple[float, float, float] | None


def two(one: str, other: str, *, ratio: Ratio, different: bool) -> Run:
    """A run of two contestants, `one` with the larger value."""
    run = RunFigures()
    run.enter(one, {"ndcg@10": figure(0.3)})
    run.enter(other, {"ndcg@10": figure(0.2)})
    run.compare(one, other, ratio=ratio, different=different)
    return Run(run.report, run.metrics)


def hrnn(run: Run) -> Finding:
    return metadata_claims(run)[0]


@pytest.mark.parametrize(
    ("better", "ratio", "different", "verdict", "said"),
    [
        ("hrnn-metadata", FAR, True, "holds", "hrnn-metadata is better."),
        ("hrnn-metadata", None, True, "holds", "hrnn-metadata is better."),
        ("hrnn", FAR, True, "does not hold", "hrnn is better."),
        ("hrnn-metadata", WITHIN, True, "does not hold", "the two are the same to within 5 %."),
        ("hrnn", WITHIN, False, "does not hold", "the two are the same to within 5 %."),
        ("hrnn-metadata", WIDE, False, "cannot be told", "no difference was found; a single test of these 500 users"),
        ("hrnn-metadata", None, False, "cannot be told", "no difference was found"),
    ],
)
def test_metadata_is_better_where_the_corrected_test_and_the_margin_say_so(
    better: str, ratio: Ratio, different: bool, verdict: str, said: str
) -> None:
    worse = {"hrnn": "hrnn-metadata", "hrnn-metadata": "hrnn"}[better]
    found = hrnn(two(better, worse, ratio=ratio, different=different))
    assert (found.verdict, found.n, found.twins) == (verdict, 500, [])
    assert said in found.finding


def test_the_finding_has_difference_ratio_and_corrected_p() -> None:
    found = hrnn(two("hrnn", "hrnn-metadata", ratio=(1.25, 1.0, 2.0), different=True))
    assert found.finding == (
        "hrnn-metadata minus hrnn is -0.0200 (-0.0250 to -0.0150, n = 500), 0.800 times (0.500 to 1.000), corrected p "
        "0.0006: hrnn is better."
    )
    assert "Holm-corrected over all pairs" in found.test


def test_who_is_not_in_the_run_is_named() -> None:
    run = RunFigures()
    run.enter("ease", {"ndcg@10": figure(0.3)})
    run.enter("hrnn", problems=("no lists",))
    own, managed = metadata_claims(Run(run.report, run.metrics))
    assert (own.verdict, own.n) == ("cannot be told", None)
    assert own.finding == "hrnn-metadata is not in the run. hrnn has no figures in this run."
    assert managed.finding == f"{MANAGED}-metadata and {MANAGED} are not in the run."


def test_two_that_were_not_compared_cannot_be_told() -> None:
    run = RunFigures()
    run.enter("hrnn", {"ndcg@10": figure(0.3)})
    run.enter("hrnn-metadata", {"ndcg@10": figure(0.2)})
    found = hrnn(Run(run.report, run.metrics))
    assert (found.verdict, found.finding) == ("cannot be told", "hrnn-metadata and hrnn were not compared on ndcg@10.")


def test_a_verdict_on_twins_is_of_the_twins() -> None:
    run = RunFigures()
    run.enter(f"{MANAGED}-metadata", {"ndcg@10": figure(0.3)}, twin=True)
    run.enter(MANAGED, {"ndcg@10": figure(0.2)}, twin=True)
    run.compare(f"{MANAGED}-metadata", MANAGED, ratio=FAR, different=True)
    found = metadata_claims(Run(run.report, run.metrics))[1]
    assert (found.verdict, found.twins) == ("holds", [f"{MANAGED}-metadata", MANAGED])
    assert found.finding.endswith(
        f"A local twin stood in for {MANAGED}-metadata, {MANAGED}: this is of the twin, not of the service."
    )


def test_every_form_of_the_article_in_the_run_is_compared_with_its_cured_one() -> None:
    run = RunFigures()
    for name in ("autoencoder", "autoencoder-article", "content", "content-article-1", "content-article-2"):
        run.enter(name, {"ndcg@10": figure(0.3)})
    run.compare("autoencoder", "autoencoder-article", ratio=FAR, different=True)
    run.compare("content", "content-article-1", ratio=WITHIN, different=False)
    run.compare("content-article-2", "content", ratio=WIDE, different=False)
    found = basic_claims(Run(run.report, run.metrics))
    assert [one.verdict for one in found] == ["holds", "does not hold", "cannot be told"]
    assert [one.test.partition(":")[0] for one in found] == [
        "autoencoder against autoencoder-article",
        "content against content-article-1",
        "content against content-article-2",
    ]


def test_without_the_articles_forms_each_claim_still_says_so() -> None:
    run = RunFigures()
    run.enter("autoencoder", {"ndcg@10": figure(0.3)})
    run.enter("content", {"ndcg@10": figure(0.3)})
    assert [one.finding for one in basic_claims(Run(run.report, run.metrics))] == [
        "autoencoder-article is not in the run.",
        "content-article-1 is not in the run.",
    ]


def field(beaten: Mapping[tuple[str, str], tuple[Ratio, bool]], values: dict[str, float]) -> Run:
    """A run of these contestants; `beaten` has ratio and `different` of (larger, smaller)."""
    run = RunFigures()
    for name, value in values.items():
        run.enter(name, {"ndcg@10": figure(value)}, twin=name.startswith("personalize-"))
    for (one, other), (ratio, different) in beaten.items():
        run.compare(one, other, ratio=ratio, different=different)
    return Run(run.report, run.metrics)


VALUES = {"ease": 0.3, "content": 0.1, "autopilot-xgboost-all": 0.25, "personalize-a": 0.2}


def test_self_coded_holds_where_one_beats_every_managed_one() -> None:
    found = self_coded_claim(
        field({("ease", "autopilot-xgboost-all"): (FAR, True), ("ease", "personalize-a"): (FAR, True)}, VALUES)
    )
    assert (found.verdict, found.n, found.twins) == ("holds", 500, ["personalize-a"])
    assert "Better than every managed one: ease." in found.finding
    assert "each was found best on these users, which flatters it." in found.finding


def test_a_blend_of_both_is_neither_self_coded_nor_managed() -> None:
    run = RunFigures()
    for name, value in {"ease": 0.3, "personalize-a": 0.2}.items():
        run.enter(name, {"ndcg@10": figure(value)})
    run.enter("blend", {"ndcg@10": figure(0.4)}, kind="blend")
    run.compare("ease", "personalize-a", ratio=FAR, different=True)
    found = self_coded_claim(Run(run.report, run.metrics))
    assert found.verdict == "holds"
    assert "the best managed one, personalize-a," in found.finding


def test_self_coded_cannot_be_told_where_one_managed_one_is_not_beaten() -> None:
    found = self_coded_claim(
        field({("ease", "autopilot-xgboost-all"): (WIDE, False), ("ease", "personalize-a"): (FAR, True)}, VALUES)
    )
    assert found.verdict == "cannot be told"
    assert "before the correction, would show a difference of 0.0123" in found.finding


def test_self_coded_does_not_hold_where_a_managed_one_beats_all() -> None:
    pairs = {("personalize-a", "ease"): (FAR, True), ("personalize-a", "content"): (FAR, True)}
    found = self_coded_claim(field(pairs, {"ease": 0.2, "content": 0.1, "personalize-a": 0.3}))
    assert found.verdict == "does not hold"
    assert "Better than every self-coded one: personalize-a." in found.finding


def test_self_coded_does_not_hold_where_the_best_two_are_the_same() -> None:
    found = self_coded_claim(field({("ease", "personalize-a"): (WITHIN, True)}, {"ease": 0.3, "personalize-a": 0.29}))
    assert found.verdict == "does not hold"
    assert "The best two are the same to within 5 %." in found.finding


@pytest.mark.parametrize(
    ("values", "kinds"),
    [({"ease": 0.3}, "managed"), ({"personalize-a": 0.3}, "self-coded"), ({}, "self-coded or a managed")],
)
def test_self_coded_needs_both_kinds(values: dict[str, float], kinds: str) -> None:
    found = self_coded_claim(field({}, values))
    assert (found.verdict, found.finding) == ("cannot be told", f"The run has no figures of a {kinds} contestant.")
