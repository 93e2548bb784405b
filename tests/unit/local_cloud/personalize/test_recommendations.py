"""The popularity twin end to end: exact lists, ties, filters by type and value, streamed events, refusals."""

import json

import pytest

from tests.unit.local_cloud.personalize.driver import Driver, Row, ratings


def test_list_is_ordered_by_unique_users_and_ties_by_item_id(driver: Driver) -> None:
    rows = ratings()
    # By rows "returned" would be first; by users it is one of the many with a single one.
    rows += [("u0", "returned", 5_000 + at, "rating", 5.0) for at in range(100)]
    rows += [(f"u{user}", item, 9_000, "rating", 5.0) for user in range(49) for item in ("tie-b", "tie-a")]
    _, version = driver.popular(rows)
    campaign = driver.campaign(version)
    # 50 users have i000; i001 and the two of 49 users tie and stand by id.
    assert driver.items(campaign, numResults=5) == ["i000", "i001", "tie-a", "tie-b", "i002"]
    assert "returned" not in driver.items(campaign, numResults=27)


def test_unknown_user_gets_the_same_list_of_25_without_scores(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    campaign = driver.campaign(version)
    answer = driver.call("GetRecommendations", campaignArn=campaign, userId="nobody")
    assert answer["itemList"] == [{"itemId": f"i{item:03}"} for item in range(25)]
    assert answer["recommendationId"].startswith("RID-")
    assert driver.items(campaign, "u7") == [f"i{item:03}" for item in range(25)]


def test_event_type_and_threshold_choose_the_rows(driver: Driver) -> None:
    rows = ratings()
    rows += [(f"u{user}", "disliked", 2_000, "rating", 3.5) for user in range(50)]
    rows += [(f"u{user}", "unvalued", 2_000, "rating", None) for user in range(50)]
    rows += [(f"u{user}", "seen", 2_000, "view", 5.0) for user in range(50)]
    group, everything = driver.popular(rows)
    assert driver.items(driver.campaign(everything), numResults=4) == ["disliked", "i000", "seen", "unvalued"]
    liked = driver.solution(group, "liked", eventType="rating", solutionConfig={"eventValueThreshold": "4"})
    version = driver.trained(liked)
    assert (version["eventType"], version["solutionConfig"]) == ("rating", {"eventValueThreshold": "4"})
    campaign = driver.campaign(version["solutionVersionArn"], "liked")
    listed = driver.items(campaign, numResults=500)
    assert listed[:3] == ["i000", "i001", "i002"]
    assert not {"disliked", "unvalued", "seen"} & set(listed)


def test_filter_excludes_and_includes_what_the_user_did(driver: Driver) -> None:
    group, version = driver.popular(ratings())
    campaign = driver.campaign(version)
    arns = {}
    for name, expression in {
        "without": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("RATING", "click")',
        "only": 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
        "asked": "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($KIND)",
        "others": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("click")',
    }.items():
        arns[name] = driver.call("CreateFilter", name=name, datasetGroupArn=group, filterExpression=expression)[
            "filterArn"
        ]
        driver.until("Filter", arns[name], "ACTIVE")
    assert driver.items(campaign, "u1", numResults=2, filterArn=arns["without"]) == ["i002", "i003"]
    assert driver.items(campaign, "u1", numResults=2, filterArn=arns["only"]) == ["i000", "i001"]
    assert driver.items(campaign, "nobody", filterArn=arns["only"]) == []
    assert driver.items(campaign, "u1", numResults=1, filterArn=arns["others"]) == ["i002"]
    given = {"KIND": '"click","rating"'}
    assert driver.items(campaign, "u1", numResults=1, filterArn=arns["asked"], filterValues=given) == ["i002"]
    assert driver.items(campaign, "u1", numResults=1, filterArn=arns["asked"]) == ["i000"]


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ('EXCLUDE ItemID WHERE Items.GENRE IN ("drama")', "NotPlayedLocally"),
        (
            'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("a") | INCLUDE ItemID WHERE Items.A IN ("b")',
            "NotPlayedLocally",
        ),
        ("EXCLUDE everything", "InvalidInputException"),
        ("EXCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ($KIND)", "InvalidInputException"),
    ],
)
def test_filter_expression_that_is_not_played_is_refused(driver: Driver, expression: str, code: str) -> None:
    error = driver.refused("CreateFilter", name="f", datasetGroupArn=driver.group(), filterExpression=expression)
    assert error.code == code
    assert ("$KIND" if "$KIND" in expression else expression.split('"')[0]) in error.message


def test_requests_that_aws_refuses_are_refused_with_its_code(driver: Driver) -> None:
    _, version = driver.popular(ratings())
    campaign = driver.campaign(version)
    assert driver.refused("GetRecommendations", campaignArn=campaign, userId="u", numResults=501).code == (
        "InvalidInputException"
    )
    assert "userId" in driver.refused("GetRecommendations", campaignArn=campaign).message
    missing = driver.refused("GetRecommendations", campaignArn=f"{campaign}-gone", userId="u")
    assert (missing.code, missing.status) == ("ResourceNotFoundException", 404)
    ranking = driver.refused("GetPersonalizedRanking", campaignArn=campaign, userId="u", inputList=["a"])
    assert ranking.code == "InvalidInputException"
    assert "aws-popularity-count" in ranking.message
    options = {"itemId": "i000", "metadataColumns": {"ITEMS": ["GENRE"]}}
    for option, value in options.items():
        error = driver.refused("GetRecommendations", campaignArn=campaign, userId="u", **{option: value})
        assert (error.code, option in error.message) == ("NotPlayedLocally", True)


def test_streamed_events_train_the_next_version_and_stay_through_a_full_import(driver: Driver) -> None:
    group, _ = driver.popular(ratings())
    tracker = driver.call("CreateEventTracker", name="tracker", datasetGroupArn=group)
    driver.until("EventTracker", tracker["eventTrackerArn"], "ACTIVE")
    for user in range(60):
        event = {"eventType": "rating", "eventValue": 5.0, "itemId": "streamed", "sentAt": 1_700_000_000 + user}
        driver.call(
            "PutEvents", trackingId=tracker["trackingId"], userId=f"s{user}", sessionId=f"s{user}", eventList=[event]
        )
    assert driver.imported(f"{group.replace('dataset-group', 'dataset')}/INTERACTIONS", ratings(), "again")[
        "status"
    ] == ("ACTIVE")
    version = driver.trained(driver.solution(group, "again"))
    assert driver.items(driver.campaign(version["solutionVersionArn"], "again"), numResults=2) == ["streamed", "i000"]


def test_event_of_a_session_counts_for_the_user_that_the_session_names_later(driver: Driver) -> None:
    group, version = driver.popular(ratings())
    tracker = driver.call("CreateEventTracker", name="tracker", datasetGroupArn=group)
    driver.until("EventTracker", tracker["eventTrackerArn"], "ACTIVE")
    filter_arn = driver.call(
        "CreateFilter",
        name="only",
        datasetGroupArn=group,
        filterExpression='INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")',
    )["filterArn"]
    driver.until("Filter", filter_arn, "ACTIVE")
    campaign = driver.campaign(version)
    click = {"eventType": "click", "sentAt": 1_700_000_000}
    stream = {"trackingId": tracker["trackingId"], "sessionId": "session"}
    driver.call("PutEvents", **stream, eventList=[{**click, "properties": json.dumps({"itemId": "i004"})}])
    assert driver.items(campaign, "late", filterArn=filter_arn) == []
    driver.call("PutEvents", **stream, userId="late", eventList=[{**click, "itemId": "i003"}])
    assert driver.items(campaign, "late", filterArn=filter_arn) == ["i003", "i004"]


def test_put_events_refuses_what_does_not_fit(driver: Driver) -> None:
    group, _ = driver.popular(ratings())
    event = {"eventType": "click", "itemId": "a", "sentAt": 1}
    unknown = driver.refused("PutEvents", trackingId="none", sessionId="s", eventList=[event])
    assert (unknown.code, "none" in unknown.message) == ("InvalidInputException", True)
    tracker = driver.call("CreateEventTracker", name="tracker", datasetGroupArn=group)
    driver.until("EventTracker", tracker["eventTrackerArn"], "ACTIVE")
    stream = {"trackingId": tracker["trackingId"], "sessionId": "s"}
    assert "itemId" in driver.refused("PutEvents", **stream, eventList=[{"eventType": "click", "sentAt": 1}]).message
    strange = driver.refused("PutEvents", **stream, eventList=[{**event, "properties": '{"mood": "good"}'}])
    assert "mood" in strange.message
    too_many = driver.refused("PutEvents", **stream, eventList=[event] * 11)
    assert too_many.code == "ValidationException"


def test_metrics_follow_awss_protocol(driver: Driver) -> None:
    # Every user's newest interaction is the one item that everybody has: each test user's hit stands at rank 1.
    rows: list[Row] = [(f"u{user}", f"own-{user}-{at}", at, "rating", 5.0) for user in range(60) for at in range(19)]
    rows += [(f"u{user}", "everybody", 99, "rating", 5.0) for user in range(60)]
    _, version = driver.popular(rows)
    metrics = driver.call("GetSolutionMetrics", solutionVersionArn=version)["metrics"]
    # Two of 20 rows are the newest tenth: one is found, at rank 1; the other is the user's own.
    ideal = 1 + 1 / 1.584962500721156
    assert metrics["mean_reciprocal_rank_at_25"] == 1.0
    assert metrics["precision_at_5"] == pytest.approx(1 / 5)
    assert metrics["precision_at_25"] == pytest.approx(1 / 25)
    assert metrics["normalized_discounted_cumulative_gain_at_10"] == pytest.approx(1 / ideal)
    assert metrics["coverage"] == pytest.approx(25 / (60 * 19 + 1))
