"""The backends: the request that each sends, the list that it reads, and the registry by type."""

from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters

from bakeoff.contracts.interactions import Event, ScoredItem
from bakeoff.errors import RunError
from bakeoff.serving.backends import BACKENDS, Question, backend_of
from bakeoff.serving.backends.personalize_campaign import UNKNOWN_USER, PersonalizeCampaign
from bakeoff.serving.backends.sagemaker_endpoint import SageMakerEndpoint
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import CAMPAIGN, StubBackends, answers, recommends

HISTORY = (Event("m1", 4.0, 100), Event("m2", None, 200))


def question(user_id: str | None = "u1", *, n: int = 12) -> Question:
    return Question(user_id=user_id, history=HISTORY, n=n)


def soon() -> Deadline:
    return Deadline.after(20)


def test_an_endpoint_gets_the_history_and_gives_its_list(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease-3f"] = recommends("a", "b")
    answer = SageMakerEndpoint(name="ease-3f", transport=transport).ask(question(), soon())
    assert answer.items == (ScoredItem("a", 1.0), ScoredItem("b", 0.5))
    assert not answer.cold
    (received,) = stub.received
    assert received.path == "/endpoints/ease-3f/invocations"
    assert received.body == {
        "userId": "u1",
        "history": [
            {"itemId": "m1", "value": 4.0, "timestamp": 100},
            {"itemId": "m2", "value": None, "timestamp": 200},
        ],
        "n": 12,
    }


def test_an_endpoint_gets_no_user_id_where_there_is_none(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = recommends("a")
    SageMakerEndpoint(name="ease", transport=transport).ask(question(None), soon())
    assert "userId" not in stub.received[0].body


def test_a_cold_answer_of_an_endpoint_has_no_items(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = recommends("a", status="cold")
    answer = SageMakerEndpoint(name="ease", transport=transport).ask(question(), soon())
    assert answer.cold
    assert answer.items == ()


def test_a_campaign_is_asked_by_user(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["pop"] = recommends("a", "b")
    answer = PersonalizeCampaign(arn=CAMPAIGN.format("pop"), transport=transport).ask(question(), soon())
    assert [item.item_id for item in answer.items] == ["a", "b"]
    (received,) = stub.received
    assert received.path == "/recommendations"
    assert received.body == {"campaignArn": CAMPAIGN.format("pop"), "userId": "u1", "numResults": 12}
    assert "/us-east-1/personalize/aws4_request" in received.headers["authorization"]
    shape = get_session().get_service_model("personalize-runtime").operation_model("GetRecommendations").input_shape
    assert shape is not None
    validate_parameters(received.body, shape)


def test_both_are_asked_about_an_item_where_it_is_named(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners |= {"content": recommends("a"), "semantic": recommends("a")}
    asked = Question(user_id=None, history=(), n=5, item_id="m1")
    SageMakerEndpoint(name="content", transport=transport).ask(asked, soon())
    PersonalizeCampaign(arn=CAMPAIGN.format("semantic"), transport=transport).ask(asked, soon())
    assert stub.of("content")[0].body == {"itemId": "m1", "n": 5}
    sent = stub.of("semantic")[0].body
    assert sent == {"campaignArn": CAMPAIGN.format("semantic"), "itemId": "m1", "numResults": 5}
    shape = get_session().get_service_model("personalize-runtime").operation_model("GetRecommendations").input_shape
    assert shape is not None
    validate_parameters(sent, shape)


def test_a_campaign_is_asked_for_500_at_most(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["pop"] = recommends("a")
    PersonalizeCampaign(arn=CAMPAIGN.format("pop"), transport=transport).ask(question(n=501), soon())
    assert stub.received[0].body["numResults"] == 500


def test_a_campaign_gets_the_placeholder_for_a_posted_history(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["pop"] = recommends("a")
    PersonalizeCampaign(arn=CAMPAIGN.format("pop"), transport=transport).ask(question(None), soon())
    assert stub.received[0].body["userId"] == UNKNOWN_USER
    assert "history" not in stub.received[0].body


def test_a_campaign_without_any_item_is_cold(transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["pop"] = recommends()
    assert PersonalizeCampaign(arn=CAMPAIGN.format("pop"), transport=transport).ask(question(), soon()).cold


@pytest.mark.parametrize("score", [None, "high", True, float("inf"), float("nan")])
def test_a_score_that_is_no_finite_number_becomes_none(score: Any, transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = answers({"items": [{"itemId": "a", "score": score}], "status": "ok"})
    answer = SageMakerEndpoint(name="ease", transport=transport).ask(question(), soon())
    assert answer.items == (ScoredItem("a", None),)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "no list 'items'"),
        ({}, "no list 'items'"),
        ({"items": None}, "no list 'items'"),
        ({"items": {"a": 1}}, "no list 'items'"),
        ({"items": ["a"]}, "without itemId"),
        ({"items": [{"score": 1}]}, "without itemId"),
    ],
)
def test_a_malformed_answer_is_an_error(answer: Any, reason: str, transport: AwsTransport, stub: StubBackends) -> None:
    stub.manners["ease"] = answers(answer)
    with pytest.raises(BackendError, match=reason) as failure:
        SageMakerEndpoint(name="ease", transport=transport).ask(question(), soon())
    assert failure.value.status == "error"


def test_the_registry_makes_each_type(transport: AwsTransport) -> None:
    endpoint = backend_of({"type": "sagemaker-endpoint", "name": "ease"}, transport)
    campaign = backend_of({"type": "personalize-campaign", "arn": "arn:x"}, transport)
    assert endpoint == SageMakerEndpoint(name="ease", transport=transport)
    assert campaign == PersonalizeCampaign(arn="arn:x", transport=transport)
    assert set(BACKENDS) == {"sagemaker-endpoint", "personalize-campaign", "stored-lists", "autopilot-endpoint"}


def test_backends_of_one_address_are_one(transport: AwsTransport, stub: StubBackends) -> None:
    from botocore.session import Session

    other = AwsTransport(Session(), services=["sagemaker-runtime"])
    same = {SageMakerEndpoint(name="ease", transport=transport), SageMakerEndpoint(name="ease", transport=other)}
    assert len(same) == 1
    other.close()


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"type": "oracle"}, "no backend of type 'oracle'"),
        ({}, "no backend of type 'None'"),
        ({"type": "sagemaker-endpoint"}, "lacks 'name'"),
        ({"type": "personalize-campaign", "name": "x"}, "lacks 'arn'"),
    ],
)
def test_an_unusable_record_is_refused(record: dict[str, Any], said: str, transport: AwsTransport) -> None:
    with pytest.raises(RunError, match=said):
        backend_of(record, transport)
