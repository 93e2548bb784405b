"""What the parts say: whom to choose, what is not known, and every number with its interval and n."""

from typing import Any

import pytest

from bakeoff.report.inputs import Inputs
from bakeoff.report.metric_words import families
from bakeoff.report.page import page
from bakeoff.report.sections.labels import letters
from bakeoff.report.sections.summary import summary
from tests.support.reports import estimate, evaluation, report
from tests.unit.report.conftest import Page


def test_the_summary_names_whom_to_choose_for_what_with_figures_and_ties(inputs: Inputs) -> None:
    choices = {one.need: (one.name, " ".join(one.because.split())) for one in summary(inputs).choices}
    assert choices == {
        "Best overall grade": (
            "ease",
            "1.40 by the weights below, 1 is best. With the weight of Cost doubled, the first place changes.",
        ),
        "Most accurate": ("ease", "ndcg@10 0.050 (0.045 to 0.055, n = 900). content cannot be told apart from it."),
        "Most of the catalogue shown": ("ease", "coverage@10 0.200 (0.180 to 0.220, n = 900)."),
        "Fastest answers": ("ease and content", "95 of 100 within 17 ms, n = 40, on a laptop's local cloud."),
        "Cheapest to serve": (
            "content",
            "$35.00 a month at 1,000,000 requests, as deployed, an estimate. For 1 of 3 the cost is not known.",
        ),
    }


def test_the_summary_says_what_is_not_known(inputs: Inputs) -> None:
    said = " ".join(summary(inputs).unknown)
    for part in (
        "personalize-popularity-count is a local twin that stands in for a managed service",
        "By ndcg@10, ease ties with content: it is not shown to be better.",
        "A single test of 900 users would show, with a probability of 0.8, a difference of ndcg@10 of 0.012",
        "nor do the costs that rest on them",
        "none has an interval",
        "measured on a laptop's local cloud",
        "1 of the 2 prices was read from AWS's own price list; the oldest is of 2026-11-20.",
        "What personalize-popularity-count would cost a month is not known",
    ):
        assert part in said
    assert "one split only" not in said


def test_the_summary_says_less_where_more_is_known() -> None:
    told = report()
    told |= {"measuredOn": {"laptop": False, "words": "AWS, eu-west-1"}, "otherSplits": []}
    told["prices"]["verified"] = True
    told["contestants"] = told["contestants"][:2]
    metrics = {**evaluation(), "groups": {"ndcg@10": [["ease"], ["content"]]}}
    said = " ".join(summary(Inputs(report=told, metrics=metrics)).unknown)
    assert "one split only" in said
    assert not any(word in said for word in ("twin", "tie", "laptop", "checked", "not known"))


def test_a_contestant_that_failed_or_cannot_be_scored_is_named() -> None:
    told = report()
    told["contestants"][0] |= {"status": "failed", "reason": "out of memory", "metrics": {}}
    told["contestants"][1]["health"] = {"healthy": False, "problems": ["Lists repeat items."], "notes": []}
    told["contestants"][1]["status"] = "failed"
    metrics = evaluation()
    metrics["contestants"]["ease"]["metrics"] = {}
    said = summary(Inputs(report=told, metrics=metrics)).unknown
    assert "ease did not finish: nothing is known of it here." in said
    assert "content gave lists that cannot be scored; the cards below say why." in said


def test_who_has_figures_and_could_not_serve_is_neither_chosen_nor_unknown() -> None:
    told = report()
    told["contestants"][0] |= {"status": "failed", "reason": "could not be staged"}
    found = summary(Inputs(report=told, metrics={**evaluation(), "groups": {}}))
    [most] = [one for one in found.choices if one.need == "Most accurate"]
    assert most.name == "content"
    assert most.because.endswith(" ease had more and failed to serve.")
    assert "ease could not serve; the figures are of lists made before, the cards say why." in found.unknown
    assert not any("nothing is known" in one for one in found.unknown)


def test_a_figure_that_no_test_compares_names_whose_interval_reaches_into_it() -> None:
    told = report()
    told["contestants"][1]["metrics"]["coverage@10"] = estimate(0.19)
    [widest] = [one for one in summary(Inputs(report=told)).choices if one.need.startswith("Most of the catalogue")]
    assert widest.name == "ease"
    assert widest.because.endswith(" No test compares it; the interval of content reaches into its own.")


def test_several_twins_are_told_in_the_plural_and_none_is_the_fastest() -> None:
    told = report()
    told["contestants"][1]["twin"] = True
    for one in told["contestants"][1:]:
        one["latency"]["p95"] = 1
    found = summary(Inputs(report=told, metrics=evaluation()))
    assert found.unknown[0] == (
        "content and personalize-popularity-count are local twins that stand in for managed services: their figures "
        "are not the service's."
    )
    assert [one.name for one in found.choices if one.need == "Fastest answers"] == ["ease"]


def test_a_region_without_any_price_says_so() -> None:
    told = report()
    told["prices"] |= {"rows": [], "date": None}
    for one in told["contestants"]:
        one["costs"] = None
    said = summary(Inputs(report=told, metrics=evaluation())).unknown
    assert "The price table has no price for eu-west-1." in said
    assert not any("None" in one for one in said)


@pytest.mark.parametrize("smallest", [None, 0.0])
def test_users_who_show_nothing_stop_no_page(smallest: float | None) -> None:
    metrics = evaluation()
    for one in metrics["comparisons"]:
        one["smallest"] = smallest
    inputs = Inputs(report=report(), metrics=metrics)
    _, first, *_ = Page(page(inputs)).rows("Every pair by ndcg@10")
    assert first[-1] == "–"
    said = " ".join(summary(inputs).unknown)
    assert "What difference of ndcg@10 these users could show cannot be told" in said
    assert "probability of 0.8" not in said


def test_a_laptops_seconds_and_the_costs_of_them_are_marked_as_a_laptops() -> None:
    told = report()
    told["contestants"][0]["costs"]["training"]["measuredOnLaptop"] = True
    whole = Page(page(Inputs(report=told, metrics=evaluation())))
    [card] = [place for place in whole.all("article") if whole.elements[place][1]["aria-label"] == "ease"]
    for part in ("Training on a laptop 31 s", "Billed on a laptop 31 s", "Latency on a laptop p50 11 ms"):
        assert part.replace(" ", "") in whole.text(card).replace(" ", "")
    _, ease, *_ = whole.rows("What each contestant costs")
    assert ease[1] == "$0.12an estimate from a laptop's seconds"
    told["measuredOn"]["laptop"] = False
    assert "on a laptop" not in Page(page(Inputs(report=told))).section("contestants")


def test_what_is_not_offered_is_not_called_unknown() -> None:
    told = report()
    nothing = {"usd": None, "estimate": False, "missing": ["Nobody offers it"], "parts": []}
    told["contestants"][0]["costs"]["traffic"][0]["serverless"] = nothing
    _, first, *_ = Page(page(Inputs(report=told))).rows("US dollars a month by requests")
    assert first[3] == "–Nobody offers it"


@pytest.mark.parametrize(
    ("checks", "promote", "said"),
    [
        (True, True, "It was held against als of run run-0, which served until then."),
        (True, False, "It was held against als of run run-0, which goes on serving."),
        (False, True, "No check held it against als of run run-0, which served until then."),
    ],
)
def test_the_gate_says_what_served_and_whether_it_was_compared(checks: bool, promote: bool, said: str) -> None:
    told = report()
    told["gate"] |= {"promote": promote, "byPerson": promote} | ({} if checks else {"checks": []})
    section = Page(page(Inputs(report=told))).section("gate")
    assert said in section
    assert ("(--promote)" in section) is promote


def test_tables_without_intervals_say_over_how_many_users_they_are(whole: Page) -> None:
    assert "measured on the validation part, over 900 users. A step has no interval" in whole.section("training")
    assert "of the lists of 900 users" in whole.section("popularity")


def test_what_serves_is_compared_by_differences_with_interval_and_n(whole: Page) -> None:
    head, *rows = whole.rows("Against what serves now")
    assert head == ["contestant", "metric", "difference", "p"]
    assert rows == [["ease", "ndcg@10", "+0.0100.009 to 0.011, n = 900", "0.040"]]


def test_every_grade_has_its_reason_and_a_missing_one_is_no_zero(whole: Page) -> None:
    head, *rows = whole.rows("Grades by criterion")
    assert head == [
        "contestant", "overall", "Accuracy (weight 3)", "Effort (weight 1, judged)", "Cost (weight 2)",
    ]  # fmt: skip
    assert rows == [
        ["ease", "1.40rank 1", "1", "3", "2"],
        ["content", "2.40rank 2", "4", "3", "2"],
        ["personalize-popularity-count (local twin)", "3.40rank 3, 2 of 3 criteria", "4", "3", "–"],
    ]
    _, *reasons = whole.rows("The grades of personalize-popularity-count")
    assert reasons == [
        ["Accuracy", "4", "measurement", "Because of personalize-popularity-count."],
        ["Effort", "3", "judgement", "A judgement."],
        ["Cost", "–", "–", "A price is missing."],
    ]
    _, *doubled = whole.rows("Would the overall order change")
    assert doubled == [
        ["Accuracy", "no", "no", "the same"],
        ["Cost", "yes", "yes", "content, ease and personalize-popularity-count"],
    ]


def test_accuracy_stands_with_interval_n_and_who_cannot_be_told_apart(whole: Page) -> None:
    _, *rows = whole.rows("Accuracy of the first ten")
    assert rows == [
        ["ease", "0.0500.045 to 0.055, n = 900", "a"],
        ["content", "0.0370.034 to 0.041, n = 900", "a"],
        ["personalize-popularity-count (local twin)", "0.0250.023 to 0.028, n = 900", "b"],
    ]


def test_all_pairs_are_compared_with_their_corrected_p(whole: Page) -> None:
    _, first, *_ = whole.rows("Every pair by ndcg@10")
    assert first == [
        "ease", "content", "+0.0100.009 to 0.011, n = 900", "1.2001.080 to 1.320, n = 900",
        "< 0.001", "0.030", "no", "0.012",
    ]  # fmt: skip


def test_every_metric_of_the_evaluation_is_in_one_table(whole: Page) -> None:
    [details] = [
        place for place in whole.all("details") if whole.text(whole.inside(place, "summary")[0]) == "All metrics"
    ]
    heads = [whole.text(place) for place in whole.inside(details, "th")]
    for metric in evaluation()["contestants"]["ease"]["metrics"]:
        assert heads.count(metric) == 1


def test_a_slice_without_users_has_no_figure(whole: Page) -> None:
    head, first, *_ = whole.rows("Users by how much is known")
    assert head == ["contestant", "cold", "light"]
    assert first == ["ease", "–", "0.2000.180 to 0.220, n = 300"]


def test_an_unknown_cost_says_what_is_missing(whole: Page) -> None:
    _, ease, *_ = whole.rows("What each contestant costs")
    assert ease == [
        "ease",
        "$0.12an estimate",
        "$0.05an estimate",
        "$0an estimate",
        "$0.02an estimate",
        "not knownmissing: requests",
    ]
    assert "Nothing is known of the costs of personalize-popularity-count." in whole.section("costs")


def test_the_steps_of_a_training_are_told_one_by_one(whole: Page) -> None:
    _, *rows = whole.rows("Every step")
    assert rows == [
        ["ease", "1", "epoch 1", "277.6", "0.070", "0.100"],
        ["ease", "2", "epoch 2", "190.1", "0.090", "0.200"],
        ["ease", "3", "reg 100", "–", "0.080", "0.300"],
    ]
    assert "Without a curve: content and personalize-popularity-count." in whole.section("training")


def test_a_card_tells_settings_versions_and_notes(whole: Page) -> None:
    [card] = [place for place in whole.all("article") if whole.elements[place][1]["aria-label"] == "ease"]
    said = whole.text(card)
    for part in ("the default", "A note on ease.", "reg: [100.0, 200.0]", "numpy 2.4.6", "11.6 MB", "31 s", "n = 40"):
        assert part in said


def test_a_card_tells_what_a_service_measured_itself_and_that_it_does_not_compare() -> None:
    told = report()
    managed = next(one for one in told["contestants"] if one["twin"])
    managed["solutionMetrics"] = {"precision_at_5": 0.25, "coverage": 0.5}
    said = Page(page(Inputs(report=told))).section("contestants")
    assert "coverage 0.5000, precision_at_5 0.2500 (by its own protocol: not to be compared)" in said
    assert said.count("The service's own metrics") == 1


def test_claims_that_were_tested_stand_apart_from_those_that_could_not_be(whole: Page) -> None:
    _, *tested = whole.rows("Claims that this run can test")
    _, *untested = whole.rows("Claims that this run cannot test")
    assert tested == [["Lists are long.Their length.", "holds", "100.", "1,900"]]
    assert untested == [["It is so.A test.", "cannot be told", "A finding.", "–"]]
    assert "of 2 claims 1 cannot be told" in whole.section("claims")


def test_a_verdict_on_a_twin_is_labelled_as_the_twins() -> None:
    told = report()
    for one in told["claims"]:
        one["twins"] = ["personalize-popularity-count"]
    whole = Page(page(Inputs(report=told)))
    assert whole.rows("Claims that this run can test")[1][1] == "holdsof the twin"
    assert whole.rows("Claims that this run cannot test")[1][1] == "cannot be told"


def test_other_splits_claims_gate_and_prices_are_told(whole: Page) -> None:
    assert "Kendall's tau of the two orders is −1.000" in whole.section("splits")
    assert "cannot be told" in whole.section("claims")
    assert "It was held against als of run run-0" in whole.section("gate")
    assert "from memory" in whole.section("prices")


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([["a", "b"], ["b", "c"]], {"a": "a", "b": "a b", "c": "b"}),
        ([["a"], ["b"]], {"a": "a", "b": "b"}),
        ([["a"]], {"a": ""}),
        ([], {"a": ""}),
    ],
)
def test_two_share_a_letter_where_they_cannot_be_told_apart(groups: list[list[str]], told: dict[str, str]) -> None:
    assert {name: letters(groups, name) for name in told} == told


def test_a_metric_that_nobody_knows_is_still_shown() -> None:
    told = report()
    told["contestants"][0]["metrics"]["surprise@10"] = estimate(0.5)
    assert "surprise@10" in Page(page(Inputs(report=told))).section("quality")
    shown: list[Any] = [metric for _, family in families(["surprise@10", "ndcg@10"]) for metric in family]
    assert shown == ["ndcg@10", "surprise@10"]


def test_a_re_ranker_stands_beside_the_order_that_it_was_given_and_a_search_tells_what_aws_decided() -> None:
    told, measured = report(), evaluation()
    search = told["contestants"][1]
    search |= {
        "kind": "autopilot",
        "backend": {"type": "stored-lists", "name": "a"},
        "autopilot": {
            "problemType": "MulticlassClassification",
            "problemTypeGiven": False,
            "objective": "Accuracy",
            "candidate": "c-1",
            "best": [{"name": "c-1", "value": 0.41, "metric": "Accuracy"}, {"name": "c-2", "value": 0.4}],
        },
    }
    given = {"metric": "ndcg@10", "given": estimate(0.2), "difference": estimate(0.01), "p": 0.02}
    measured["contestants"][search["name"]]["given"] = {"reason": None, "comparisons": [given]}
    text = " ".join(page(Inputs(report=told, metrics=measured)).split())
    assert "Re-rankers against the order they were given" in text
    assert "the order it was given" in text
    assert "MulticlassClassification, decided by AWS, objective Accuracy" in text
    assert "Accuracy 0.4100, 0.4000 (by Autopilot, on the validation part)" in text
    assert "stored lists" in text
    measured["contestants"][search["name"]]["given"] = {"reason": "the order is gone", "comparisons": []}
    search["autopilot"] |= {"problemTypeGiven": True, "problemType": "Regression", "objective": None, "best": []}
    text = " ".join(page(Inputs(report=told, metrics=measured)).split())
    assert f"{search['name']}: the order is gone." in text
    assert "Regression, as asked" in text
