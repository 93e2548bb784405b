"""The claim about directors: above all others that do not read the text, or not."""

import pytest

from bakeoff.judging.claims.directors import director_claims
from bakeoff.judging.claims.finding import Run
from tests.support.run_figures import RunFigures, figure


@pytest.mark.parametrize(
    ("content", "others", "half", "verdict"),
    [
        (0.3, [0.02, 0.05], 0.01, "holds"),
        (0.03, [0.02, 0.05], 0.01, "does not hold"),
        (0.05, [0.05, 0.02], 0.005, "does not hold"),
        (0.06, [0.05, 0.02], 0.001, "does not hold"),
        (0.10, [0.02, 0.08], 0.02, "cannot be told"),
    ],
)
def test_the_content_model_is_compared_with_every_other(
    content: float, others: list[float], half: float, verdict: str
) -> None:
    run = RunFigures()
    run.enter("content-article-1", {"same_director@10": figure(content, half=half)})
    for place, value in enumerate(others):
        run.enter(f"m{place}", {"same_director@10": figure(value, half=half)})
    [found] = director_claims(Run(run.report, run.metrics))
    assert (found.verdict, found.n) == (verdict, 500)
    most = f"m{others.index(max(others))}"
    assert f"content-article-1 has {content:.4f}" in found.finding
    assert f"the most of the others is {most} with {max(others):.4f}" in found.finding
    low = content - half - (max(others) + half)
    assert f"the difference is {low:+.4f} to" in found.finding


def test_each_of_the_articles_forms_has_its_finding_and_none_is_compared_with_another_form() -> None:
    run = RunFigures()
    run.enter("content", {"same_director@10": figure(0.05)})
    run.enter("content-article-1", {"same_director@10": figure(0.4)})
    run.enter("content-article-2", {"same_director@10": figure(0.4)})
    run.enter("ease", {"same_director@10": figure(0.02)})
    found = director_claims(Run(run.report, run.metrics))
    forms = ["content-article-1", "content-article-2"]
    assert [one.test.partition(" of ")[2].partition(",")[0] for one in found] == forms
    assert [one.verdict for one in found] == ["holds", "holds"]


@pytest.mark.parametrize("cured", [0.001, 0.4])
def test_the_cured_model_alone_decides_nothing_about_the_articles(cured: float) -> None:
    run = RunFigures()
    run.enter("content", {"same_director@10": figure(cured)})
    run.enter("ease", {"same_director@10": figure(0.02)})
    [found] = director_claims(Run(run.report, run.metrics))
    assert (found.verdict, found.n) == ("cannot be told", None)
    assert found.finding == (
        "content-article-1 and content-article-2 are not in the run. content, the cured form, which keeps films of one "
        f"director apart, has {cured:.4f} ({cured - 0.01:.4f} to {cured + 0.01:.4f}, n = 500); it is not the article's."
    )


def test_data_without_directors_and_a_run_without_others_are_told() -> None:
    run = RunFigures()
    run.enter("content-article-1", {"ndcg@10": figure(0.2)})
    run.enter("ease", {"ndcg@10": figure(0.2)})
    [found] = director_claims(Run(run.report, run.metrics))
    assert (found.verdict, "may name no directors" in found.finding) == ("cannot be told", True)
    alone = RunFigures()
    alone.enter("content-article-1", {"same_director@10": figure(0.2)})
    [found] = director_claims(Run(alone.report, alone.metrics))
    assert (found.verdict, found.finding) == (
        "cannot be told",
        "No other contestant has a figure to compare with.",
    )
