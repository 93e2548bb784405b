"""The API: every method wants a key, every key has a plan with limits, and calls are logged."""

from bakeoff.config import load_config
from tests.support.synthesized import Synthesized, role_of, text


def test_the_routes_are_those_of_the_api_page(synthesized: Synthesized) -> None:
    resources = synthesized.resources("AWS::ApiGateway::Resource")

    def path(reference: str) -> str:
        name = reference.strip("${}")
        if name not in resources:
            return ""
        properties = resources[name]["Properties"]
        return f"{path(text(properties['ParentId']))}/{properties['PathPart']}"

    methods = [one["Properties"] for one in synthesized.resources("AWS::ApiGateway::Method").values()]
    assert {(one["HttpMethod"], path(text(one["ResourceId"]))) for one in methods} == {
        ("GET", "/recommendations/{user_id}"),
        ("POST", "/recommendations"),
        ("GET", "/contestants"),
        ("GET", "/items/{item_id}/similar"),
    }


def test_every_method_wants_a_key_and_asks_the_function_of_its_route(synthesized: Synthesized) -> None:
    functions = {name: one["LogicalId"] for name, one in synthesized.functions().items()}
    asked = []
    for one in synthesized.resources("AWS::ApiGateway::Method").values():
        assert one["Properties"]["ApiKeyRequired"] is True
        assert one["Properties"]["Integration"]["Type"] == "AWS_PROXY"
        uri = text(one["Properties"]["Integration"]["Uri"])
        asked += [name for name, logical in functions.items() if f"${{{logical}.Arn}}/invocations" in uri]
    assert sorted(asked) == [
        "get_contestants",
        "get_recommendations",
        "get_recommendations",
        "get_similar_items",
    ]


def test_the_scoreboard_reads_runs_and_asks_no_backend(synthesized: Synthesized) -> None:
    role = role_of(synthesized.functions()["get_contestants"]["Properties"]["Role"])
    actions = {action for one in synthesized.statements(role) for action in one.actions}
    assert actions == {"dynamodb:GetItem", "ssm:GetParameter", "logs:CreateLogStream", "logs:PutLogEvents"}


def test_who_asks_for_alike_items_reads_no_histories(synthesized: Synthesized) -> None:
    tables = {}
    for name in ("get_recommendations", "get_similar_items"):
        role = role_of(synthesized.functions()[name]["Properties"]["Role"])
        read = [one for one in synthesized.statements(role) if "dynamodb:GetItem" in one.actions]
        tables[name] = {resource.rpartition("-")[2] for one in read for resource in one.resources}
    assert tables == {"get_recommendations": {"runs", "histories", "lists"}, "get_similar_items": {"runs"}}


def test_every_method_is_held_to_the_validator(synthesized: Synthesized) -> None:
    [validator] = synthesized.resources("AWS::ApiGateway::RequestValidator")
    for one in synthesized.resources("AWS::ApiGateway::Method").values():
        assert one["Properties"]["RequestValidatorId"] == {"Ref": validator}


def test_only_this_api_may_invoke_the_front(synthesized: Synthesized) -> None:
    [api] = synthesized.resources("AWS::ApiGateway::RestApi")
    permissions = synthesized.resources("AWS::Lambda::Permission").values()
    assert permissions
    for one in permissions:
        assert one["Properties"]["Principal"] == "apigateway.amazonaws.com"
        assert f":${{{api}}}/" in text(one["Properties"]["SourceArn"])


def test_the_key_has_a_plan_for_the_stage_with_the_configured_limits(synthesized: Synthesized) -> None:
    limits = load_config(synthesized.environment).api
    [stage], [plan] = (synthesized.resources(f"AWS::ApiGateway::{kind}").values() for kind in ("Stage", "UsagePlan"))
    [key], [link] = (synthesized.resources(f"AWS::ApiGateway::{kind}") for kind in ("ApiKey", "UsagePlanKey"))
    [(plan_name, _)] = synthesized.resources("AWS::ApiGateway::UsagePlan").items()
    [(stage_name, _)] = synthesized.resources("AWS::ApiGateway::Stage").items()
    expected = {"RateLimit": limits.rate_per_second, "BurstLimit": limits.burst}
    assert plan["Properties"]["Throttle"] == expected
    assert [one["Stage"] for one in plan["Properties"]["ApiStages"]] == [{"Ref": stage_name}]
    tied = synthesized.resources("AWS::ApiGateway::UsagePlanKey")[link]["Properties"]
    assert (tied["KeyId"], tied["UsagePlanId"]) == ({"Ref": key}, {"Ref": plan_name})
    [every_method] = stage["Properties"]["MethodSettings"]
    assert (every_method["HttpMethod"], every_method["ResourcePath"]) == ("*", "/*")
    assert every_method["ThrottlingRateLimit"] == limits.rate_per_second
    assert every_method["ThrottlingBurstLimit"] == limits.burst
    assert every_method["DataTraceEnabled"] is False, "bodies hold users' histories"


def test_every_call_is_logged_without_who_asked(synthesized: Synthesized) -> None:
    [stage] = synthesized.resources("AWS::ApiGateway::Stage").values()
    log = stage["Properties"]["AccessLogSetting"]
    assert text(log["DestinationArn"]).strip("${}").removesuffix(".Arn") in synthesized.resources("AWS::Logs::LogGroup")
    assert "$context.status" in log["Format"]
    assert "$context.path" not in log["Format"], "the path holds the user's id; the resource's path does not"


def test_a_changed_api_makes_a_new_deployment_of_all_its_methods(synthesized: Synthesized) -> None:
    [deployment] = synthesized.resources("AWS::ApiGateway::Deployment").values()
    assert set(synthesized.resources("AWS::ApiGateway::Method")) <= set(deployment["DependsOn"])
