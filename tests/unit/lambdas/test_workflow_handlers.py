"""The workflow's functions: each reads its settings, makes one call of the library, and hands its answer on."""

from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bakeoff.errors import CloudError, SettingsError

VALUES = {
    "PREFIX": "bakeoff-test",
    "BUCKET": "bucket",
    "RUNS_TABLE": "runs",
    "ITEMS_TABLE": "items",
    "HISTORIES_TABLE": "histories",
    "LISTS_TABLE": "lists",
    "PROMOTED_RUN_PARAMETER": "/promoted",
    "BUCKETS": "bucket,logs",
}
# By function: the library's function that it calls, and the variables without which it cannot.
STEPS: dict[str, tuple[str, list[str]]] = {
    "plan_run": ("plan_run", ["PREFIX", "BUCKET"]),
    "plan_contestants": ("plan_contestants", ["PREFIX", "BUCKET", "RUNS_TABLE", "PROMOTED_RUN_PARAMETER"]),
    "collect_lists": ("collect_lists", ["PREFIX", "BUCKET"]),
    "decide_promotion": ("decide_promotion", ["PREFIX", "BUCKET", "RUNS_TABLE", "PROMOTED_RUN_PARAMETER"]),
    "plan_restoration": ("plan_restoration", ["BUCKET", "RUNS_TABLE", "PROMOTED_RUN_PARAMETER"]),
    "publish_report": ("publish_report", ["BUCKET"]),
    "release_backends": (
        "release_backends",
        ["BUCKET", "RUNS_TABLE", "ITEMS_TABLE", "LISTS_TABLE", "PROMOTED_RUN_PARAMETER"],
    ),
    "load_table": ("load_part", ["BUCKET", "ITEMS_TABLE", "HISTORIES_TABLE", "LISTS_TABLE"]),
    "measure_latency": ("measure_backend", ["BUCKET"]),
}
CLEAN_UPS = {"remove_remains": ["PREFIX"], "empty_buckets": ["BUCKETS"]}
LOAD_EVENT = {"part": {"table": "items", "key": "k", "dataVersion": "v"}, "action": "put"}


def fresh_handler(name: str) -> ModuleType:
    """The function as a new process has it."""
    module = import_module(f"lambdas.{name}.handler")
    for cached in ("cloud", "transport"):
        if hasattr(getattr(module, cached, None), "cache_clear"):
            getattr(module, cached).cache_clear()
    return module


def set_variables(environment: pytest.MonkeyPatch, *names: str) -> None:
    for name in VALUES:
        environment.delenv(name, raising=False)
    for name in names:
        environment.setenv(name, VALUES[name])


@pytest.mark.parametrize("name", STEPS)
def test_a_step_hands_its_event_to_the_library_and_the_answer_back(
    name: str, aws_environment: pytest.MonkeyPatch
) -> None:
    called, variables = STEPS[name]
    handler, calls, answer = fresh_handler(name), [], {"said": name}

    def library(*arguments: Any, **named: Any) -> dict[str, Any]:
        calls.append((arguments, named))
        return answer

    aws_environment.setattr(handler, called, library)
    set_variables(aws_environment, *variables)
    event = LOAD_EVENT if name == "load_table" else {"runId": "run-1"}
    assert handler.lambda_handler(event, None) is answer
    [((cloud, given, *others), named)] = calls
    assert {key: getattr(cloud.settings, key.lower()) for key in variables} == {key: VALUES[key] for key in variables}
    assert (given, named) == ((LOAD_EVENT["part"], {"action": "put"}) if name == "load_table" else (event, {}))
    assert others == ([handler.transport()] if name == "measure_latency" else [])
    assert handler.cloud() is cloud, "clients outlive a call"
    fresh_handler(name)


def test_a_run_that_only_compares_does_not_meet_the_gate(aws_environment: pytest.MonkeyPatch) -> None:
    handler, calls = fresh_handler("decide_promotion"), []
    aws_environment.setattr(handler, "close_comparison", lambda cloud, given: calls.append(given) or {"promote": False})
    aws_environment.setattr(handler, "decide_promotion", None)
    set_variables(aws_environment, *STEPS["decide_promotion"][1])
    event = {"runId": "run-1-global_time", "onlyCompare": True}
    assert handler.lambda_handler(event, None) == {"promote": False}
    assert calls == [event]
    fresh_handler("decide_promotion")


@pytest.mark.parametrize(("name", "missing"), [(name, one) for name, (_, all_) in STEPS.items() for one in all_])
def test_a_missing_variable_is_named(name: str, missing: str, aws_environment: pytest.MonkeyPatch) -> None:
    handler = fresh_handler(name)
    set_variables(aws_environment, *(one for one in STEPS[name][1] if one != missing))
    with pytest.raises(SettingsError, match=rf"lacks {missing};"):
        handler.lambda_handler(LOAD_EVENT, None)


class Answers(list[tuple[str, str | None]]):
    """What CloudFormation was told: status and reason."""

    def __call__(self, event: dict[str, Any], *, on_delete: Any) -> None:
        try:
            self.append(("SUCCESS", str(on_delete())))
        except (CloudError, SettingsError) as error:
            self.append(("FAILED", str(error)))


@pytest.mark.parametrize("name", CLEAN_UPS)
def test_a_clean_up_does_its_work_inside_the_answer_to_cloudformation(
    name: str, aws_environment: pytest.MonkeyPatch
) -> None:
    handler, answers, calls = fresh_handler(name), Answers(), []
    aws_environment.setattr(handler, "answer", answers)
    aws_environment.setattr(handler, name, lambda *arguments, **named: calls.append((arguments, named)))
    set_variables(aws_environment, *CLEAN_UPS[name])
    handler.lambda_handler({"RequestType": "Delete"}, SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000))
    assert answers == [("SUCCESS", "None")]
    [((cloud,), named)] = calls
    assert [getattr(cloud.settings, one.lower()) for one in CLEAN_UPS[name]] == [VALUES[one] for one in CLEAN_UPS[name]]
    assert sorted(named) == (["may_go_on"] if name == "remove_remains" else [])


@pytest.mark.parametrize("name", CLEAN_UPS)
def test_a_clean_up_without_its_variable_says_so_to_cloudformation(
    name: str, aws_environment: pytest.MonkeyPatch
) -> None:
    """An error that CloudFormation never hears of holds a stack's deletion up for an hour."""
    handler, answers = fresh_handler(name), Answers()
    aws_environment.setattr(handler, "answer", answers)
    set_variables(aws_environment)
    handler.lambda_handler({"RequestType": "Delete"}, None)
    [(status, reason)] = answers
    assert status == "FAILED"
    assert f"lacks {CLEAN_UPS[name][0]};" in str(reason)


@pytest.mark.parametrize(("left_ms", "goes_on"), [(30_000, True), (20_000, False), (0, False)])
def test_removing_stops_in_time_to_answer(left_ms: int, goes_on: bool, aws_environment: pytest.MonkeyPatch) -> None:
    handler, asked = fresh_handler("remove_remains"), []
    aws_environment.setattr(handler, "answer", Answers())
    aws_environment.setattr(handler, "remove_remains", lambda cloud, may_go_on: asked.append(may_go_on()))
    set_variables(aws_environment, "PREFIX")
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: left_ms)
    handler.lambda_handler({"RequestType": "Delete"}, context)
    assert asked == [goes_on]
