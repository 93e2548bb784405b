"""What answers: the function that fans each request out, the scoreboard's, and the REST API in front of them."""

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from bakeoff.config import FRONT_MEMORY_MB, Config
from stacks.acknowledge import acknowledge
from stacks.constructs.python_function import PythonFunction
from stacks.constructs.workflow_functions import allow_asking_backends, allow_reading_lists
from stacks.grants import allow
from stacks.names import Names

_STAGE = "v1"


class ServingStack(Stack):
    """The front. It knows no model: which contestants serve is in the promoted run's record."""

    def __init__(self, scope: Construct, name: str, *, config: Config, names: Names, env: Environment) -> None:
        super().__init__(scope, name, env=env, description="Bakeoff: the API")
        integration = apigateway.LambdaIntegration(self._recommend(config, names).function, proxy=True)
        alike = apigateway.LambdaIntegration(self._similar(config, names).function, proxy=True)
        api = self._api(config)
        # Without a model of the body: the function says what is wrong with one, with the field and the request's id.
        validator = api.add_request_validator("Validator", validate_request_body=True, validate_request_parameters=True)
        recommendations = api.root.add_resource("recommendations")
        board = apigateway.LambdaIntegration(self._board(config, names).function, proxy=True)
        for resource, method, answers in (
            (recommendations, "POST", integration),
            (recommendations.add_resource("{user_id}"), "GET", integration),
            (api.root.add_resource("items").add_resource("{item_id}").add_resource("similar"), "GET", alike),
            (api.root.add_resource("contestants"), "GET", board),
        ):
            resource.add_method(method, answers, api_key_required=True, request_validator=validator)
        key = self._key(config, api)
        CfnOutput(self, "ApiUrl", value=api.url)
        CfnOutput(self, "ApiKeyId", value=key.key_id)

    def _recommend(self, config: Config, names: Names) -> PythonFunction:
        function = self._front(
            "get_recommendations",
            config,
            names,
            description="Bakeoff: asks every contestant of the promoted run and answers with all their lists",
        )
        allow(function.role, ["dynamodb:GetItem"], [names.table_arn("runs"), names.table_arn("histories")])
        allow_reading_lists(function, names)
        return function

    def _similar(self, config: Config, names: Names) -> PythonFunction:
        function = self._front(
            "get_similar_items",
            config,
            names,
            description="Bakeoff: asks every contestant that knows it which items are alike to one",
        )
        allow(function.role, ["dynamodb:GetItem"], [names.table_arn("runs")])
        return function

    def _front(self, folder: str, config: Config, names: Names, *, description: str) -> PythonFunction:
        """A function that asks the contestants of the promoted run."""
        function = PythonFunction(
            self,
            "".join(word.capitalize() for word in folder.split("_")),
            folder=folder,
            prefix=config.prefix,
            description=description,
            environment={
                "RUNS_TABLE": names.table("runs"),
                "ITEMS_TABLE": names.table("items"),
                "HISTORIES_TABLE": names.table("histories"),
                "PROMOTED_RUN_PARAMETER": names.promoted_run,
                "MAX_HISTORY": str(config.prepare.max_history),
                "BUDGET_MS": str(config.serving.budget_ms),
                "RUN_CACHE_SECONDS": str(config.serving.run_cache_seconds),
            },
            timeout=Duration.seconds(29),  # API Gateway waits no longer
            memory_mb=FRONT_MEMORY_MB,
        )
        allow(function.role, ["dynamodb:BatchGetItem"], [names.table_arn("items")])
        allow(function.role, ["ssm:GetParameter"], [names.promoted_run_arn])
        allow_asking_backends(function, names)
        return function

    def _board(self, config: Config, names: Names) -> PythonFunction:
        function = PythonFunction(
            self,
            "GetContestants",
            folder="get_contestants",
            prefix=config.prefix,
            description="Bakeoff: the scoreboard of the promoted run",
            environment={
                "RUNS_TABLE": names.table("runs"),
                "PROMOTED_RUN_PARAMETER": names.promoted_run,
                "BUDGET_MS": str(config.serving.budget_ms),
            },
            timeout=Duration.seconds(29),
            memory_mb=512,
        )
        allow(function.role, ["dynamodb:GetItem"], [names.table_arn("runs")])
        allow(function.role, ["ssm:GetParameter"], [names.promoted_run_arn])
        return function

    def _api(self, config: Config) -> apigateway.RestApi:
        log = logs.LogGroup(
            self, "AccessLog", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=RemovalPolicy.DESTROY
        )
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=config.prefix,
            description="Recommendations of every contestant of the promoted run",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Without a role in the account's settings API Gateway refuses a stage that logs. The settings are one for
            # all APIs of account and region, so the role stays when the stack goes, for whom it may serve besides.
            cloud_watch_role=True,
            deploy_options=apigateway.StageOptions(
                stage_name=_STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(log),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=False,
                ),
                throttling_rate_limit=config.api.rate_per_second,
                throttling_burst_limit=config.api.burst,
            ),
        )
        policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        by_key = "Callers are applications with an API key and a usage plan; there are no users to log in."
        acknowledge(
            api,
            {
                "AwsSolutions-APIG4": by_key,
                "AwsSolutions-COG4": by_key,
                "AwsSolutions-APIG2": "The function checks bodies itself and names the field and the request's id.",
                "AwsSolutions-APIG3": "Keys and throttling bound the cost of abuse, the function validates; "
                "WAF bills every month.",
                "AwsSolutions-APIG6": "The access log and the function log every request.",
                f"AwsSolutions-IAM4[Policy::{policy}]": "API Gateway asks for this policy of AWS's by name.",
            },
        )
        return api

    def _key(self, config: Config, api: apigateway.RestApi) -> apigateway.IApiKey:
        key = api.add_api_key("Key", api_key_name=config.prefix)
        plan = api.add_usage_plan(
            "UsagePlan",
            name=config.prefix,
            throttle=apigateway.ThrottleSettings(rate_limit=config.api.rate_per_second, burst_limit=config.api.burst),
        )
        plan.add_api_key(key)
        plan.add_api_stage(stage=api.deployment_stage)
        return key
