"""The store: what is read from where, what is kept how long, and how each failure is told."""

import json
import threading
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from bakeoff.contracts.interactions import Event
from bakeoff.contracts.naming import NO_RUN
from bakeoff.errors import CloudError
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import NotServingError
from bakeoff.serving.settings import Settings
from bakeoff.serving.store import Store


def soon() -> Deadline:
    return Deadline.after(20)


class Ticking:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def timed_store(settings: Settings, tables: Any, clock: Ticking) -> Any:
    return Store(settings, dynamodb=tables.dynamodb, ssm=tables.ssm, clock=clock)


def test_the_promoted_run_is_read(store: Store, tables: Any, contestant: Any) -> None:
    failed = {"name": "als", "title": "ALS", "status": "failed", "reason": "no memory"}
    labels = {"twin": True, "reactsToEvents": False, "needsHistory": True, "longestList": 100}
    tables.promote("run-1", [contestant("ease", weight=0.25), {**failed, **labels}])
    run = store.promoted_run(soon())
    assert (run.run_id, run.data_version, run.default) == ("run-1", "d4t4", "ease")
    ease, als = run.contestants
    assert (ease.healthy, ease.backend, ease.weight) == (True, {"type": "sagemaker-endpoint", "name": "ease"}, 0.25)
    assert (ease.model_version, ease.longest_list) == ("ease-1", 500)
    assert (als.healthy, als.reason, als.backend, als.twin, als.needs_history) == (False, "no memory", {}, True, True)


@pytest.mark.parametrize("value", [None, NO_RUN])
def test_without_a_promoted_run_the_error_says_what_to_do(value: str | None, store: Store, tables: Any) -> None:
    if value is not None:
        tables.promote(value)
    with pytest.raises(NotServingError, match="Start a run") as failure:
        store.promoted_run(soon())
    assert failure.value.code == "no_promoted_run"


def test_a_promoted_run_without_a_record_is_named(store: Store, tables: Any) -> None:
    tables.promote("run-9")
    with pytest.raises(NotServingError, match="'run-9' has no record") as failure:
        store.promoted_run(soon())
    assert failure.value.code == "run_missing"


@pytest.mark.parametrize(
    "record",
    [
        {"dataVersion": "d"},
        {"dataVersion": "d", "contestants": "ease"},
        {"dataVersion": "d", "contestants": [{"name": "ease"}]},
        {"contestants": []},
    ],
)
def test_an_unreadable_record_is_named(record: dict[str, Any], store: Store, tables: Any) -> None:
    tables.promote("run-1")
    tables.put("runs", {"runId": "run-1", **record})
    with pytest.raises(NotServingError, match="'run-1' cannot be read") as failure:
        store.promoted_run(soon())
    assert failure.value.code == "run_unreadable"


def test_the_run_is_kept_for_its_seconds_and_then_read_anew(
    timed_store: Store, tables: Any, contestant: Any, clock: Ticking
) -> None:
    tables.promote("run-1", [contestant("ease")])
    assert timed_store.promoted_run(soon()).run_id == "run-1"
    tables.promote("run-2", [contestant("als")])
    clock.now = 29.9
    assert timed_store.promoted_run(soon()).run_id == "run-1"
    clock.now = 30.1
    assert timed_store.promoted_run(soon()).run_id == "run-2"


def test_the_run_read_last_serves_on_while_ssm_fails(
    timed_store: Store, tables: Any, contestant: Any, clock: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.promote("run-1", [contestant("ease")])
    timed_store.promoted_run(soon())
    clock.now = 31.0
    with Stubber(tables.ssm) as refusing:
        refusing.add_client_error("get_parameter", "InternalServerError")
        assert timed_store.promoted_run(soon()).run_id == "run-1"
    line = json.loads(capsys.readouterr().out)
    assert (line["kind"], line["servesOn"]) == ("degraded", True)
    assert "InternalServerError" in line["message"]


def test_a_first_read_that_fails_is_unavailable(store: Store, settings: Settings, tables: Any) -> None:
    refusing_store = Store(settings, dynamodb=tables.dynamodb, ssm=tables.ssm)
    with Stubber(tables.ssm) as refusing:
        refusing.add_client_error("get_parameter", "ThrottlingException")
        with pytest.raises(NotServingError) as failure:
            refusing_store.promoted_run(soon())
    assert failure.value.code == "run_unavailable"
    refusing_store.close()


def test_the_requests_are_the_ones_that_the_policies_allow(settings: Settings, session: Session) -> None:
    """GetParameter and GetItem with exactly these names; the stubber refuses anything else."""
    dynamodb, ssm = session.create_client("dynamodb"), session.create_client("ssm")
    with Stubber(ssm) as on_ssm, Stubber(dynamodb) as on_dynamodb:
        on_ssm.add_response(
            "get_parameter", {"Parameter": {"Value": "run-1"}}, {"Name": settings.promoted_run_parameter}
        )
        record = {"runId": {"S": "run-1"}, "dataVersion": {"S": "d"}, "contestants": {"L": []}}
        on_dynamodb.add_response("get_item", {"Item": record}, {"TableName": "runs", "Key": {"runId": {"S": "run-1"}}})
        key = {"key": {"S": "d#u 1"}}
        on_dynamodb.add_response("get_item", {}, {"TableName": "histories", "Key": key})
        store = Store(settings, dynamodb=dynamodb, ssm=ssm)
        assert store.promoted_run(soon()).contestants == ()
        assert store.history("u 1", data_version="d", deadline=soon()) == ()
        on_ssm.assert_no_pending_responses()
        on_dynamodb.assert_no_pending_responses()
        store.close()


def test_a_history_is_its_newest_events_oldest_first(store: Store, tables: Any) -> None:
    tables.put_history("u1", "a", "b", "c", "d", "e")
    history = store.history("u1", data_version="d4t4", deadline=soon())
    assert history == (Event("c", 4.0, 3), Event("d", 4.0, 4), Event("e", 4.0, 5))


def test_an_unknown_user_has_an_empty_history(store: Store) -> None:
    assert store.history("nobody", data_version="d4t4", deadline=soon()) == ()


@pytest.mark.parametrize("stored", ["not json", '{"a": 1}', "[1]", '[{"value": 1}]', "3"])
def test_a_stored_history_that_is_none_is_an_error(stored: str, store: Store, tables: Any) -> None:
    tables.put("histories", {"key": "d4t4#u1", "history": stored})
    with pytest.raises(CloudError, match="stored history cannot be read"):
        store.history("u1", data_version="d4t4", deadline=soon())


def test_a_refused_history_names_the_code_only(store: Store, settings: Settings, tables: Any) -> None:
    own = Store(settings, dynamodb=tables.dynamodb, ssm=tables.ssm)
    with Stubber(tables.dynamodb) as refusing:
        refusing.add_client_error("get_item", "AccessDeniedException", "arn:aws:iam::123456789012:role/x may not")
        with pytest.raises(CloudError, match=r"^GetItem was refused: AccessDeniedException\.$"):
            own.history("u1", data_version="d4t4", deadline=soon())
    own.close()


def test_a_store_that_hangs_is_given_up_at_the_deadline(settings: Settings) -> None:
    release = threading.Event()

    class Hanging:
        def get_item(self, **_: Any) -> dict[str, Any]:
            release.wait(20)
            return {}

    store = Store(settings, dynamodb=Hanging(), ssm=None)
    with pytest.raises(CloudError, match="within the budget"):
        store.history("u1", data_version="d", deadline=Deadline.after(0.1))
    release.set()
    store.close()
