"""The Lambda functions that do what a run does between its jobs; each may touch what its step needs, and no more."""

from collections.abc import Sequence

from aws_cdk import Duration
from constructs import Construct

from bakeoff.config import Config
from bakeoff.contracts.naming import METRICS_NAMESPACE
from bakeoff.contracts.stored_rows import LISTS_TABLE
from stacks.constructs.python_function import PythonFunction
from stacks.grants import FOLDER, MADE_BY_RUNS, NO_RESOURCE, allow
from stacks.names import Names
from stacks.workflow.resources import Functions


class WorkflowFunctions(Construct):
    """One function for each step that is neither a job nor a call of an AWS API."""

    def __init__(self, scope: Construct, name: str, *, config: Config, names: Names) -> None:
        super().__init__(scope, name)
        self._config, self._names = config, names
        self.arns = Functions(
            plan_run=self._function("plan_run", "prefix", "bucket", lists_bucket=True).arn,
            plan_restoration=self._plan_restoration().arn,
            plan_contestants=self._plan_contestants().arn,
            load_table=self._load_table().arn,
            collect_lists=self._function(
                "collect_lists", "prefix", "bucket", lists_bucket=True, writes=("runs/*",)
            ).arn,
            measure_latency=self._measure_latency().arn,
            decide_promotion=self._decide_promotion().arn,
            publish_report=self._function("publish_report", "bucket", reads=("evaluations/*",), writes=("runs/*",)).arn,
            release_backends=self._release_backends().arn,
        )

    def _plan_restoration(self) -> PythonFunction:
        function = self._function(
            "plan_restoration",
            "bucket",
            "runs_table",
            "promoted_run_parameter",
            reads=("prepared/*",),
            lists_bucket=True,
        )
        allow(function.role, ["dynamodb:GetItem", "dynamodb:UpdateItem"], [self._names.table_arn("runs")])
        allow(function.role, ["ssm:GetParameter"], [self._names.promoted_run_arn])
        return function

    def _plan_contestants(self) -> PythonFunction:
        function = self._function(
            "plan_contestants",
            "prefix",
            "bucket",
            "runs_table",
            "promoted_run_parameter",
            reads=("prepared/*",),
            lists_bucket=True,
        )
        allow(function.role, ["dynamodb:GetItem", "dynamodb:PutItem"], [self._names.table_arn("runs")])
        allow(function.role, ["ssm:GetParameter"], [self._names.promoted_run_arn])
        return function

    def _load_table(self) -> PythonFunction:
        tables = [self._names.table_arn(kind) for kind in ("items", "histories", LISTS_TABLE)]
        function = self._function(
            "load_table", "bucket", "items_table", "histories_table", "lists_table", reads=("prepared/*", "lists/*")
        )
        allow(function.role, ["dynamodb:BatchWriteItem"], tables)
        return function

    def _measure_latency(self) -> PythonFunction:
        function = self._function("measure_latency", "bucket", reads=("prepared/*",))
        allow_asking_backends(function, self._names)
        allow_reading_lists(function, self._names)
        return function

    def _decide_promotion(self) -> PythonFunction:
        function = self._function(
            "decide_promotion", "prefix", "bucket", "runs_table", "promoted_run_parameter", reads=("evaluations/*",)
        )
        allow(function.role, ["dynamodb:GetItem", "dynamodb:PutItem"], [self._names.table_arn("runs")])
        allow(function.role, ["ssm:GetParameter"], [self._names.promoted_run_arn])
        conditions = {"StringEquals": {"cloudwatch:namespace": METRICS_NAMESPACE}}
        allow(function.role, ["cloudwatch:PutMetricData"], ["*"], why=NO_RESOURCE, conditions=conditions)
        return function

    def _release_backends(self) -> PythonFunction:
        names = self._names
        function = self._function(
            "release_backends",
            "bucket",
            "runs_table",
            "items_table",
            "lists_table",
            "promoted_run_parameter",
            reads=("prepared/*",),
            lists_bucket=True,
        )
        role = function.role
        allow(role, ["dynamodb:Scan", "dynamodb:UpdateItem"], [names.table_arn("runs")])
        allow(role, ["dynamodb:DeleteItem"], [names.table_arn("items"), names.table_arn(LISTS_TABLE)])
        allow(role, ["ssm:GetParameter"], [names.promoted_run_arn])
        runs = names.arn("states", f"execution:{self._config.prefix}-run:*")
        allow(role, ["states:DescribeExecution"], [runs], why=MADE_BY_RUNS)
        for action, service, kind in (
            ("sagemaker:DeleteEndpoint", "sagemaker", "endpoint"),
            ("sagemaker:DeleteEndpointConfig", "sagemaker", "endpoint-config"),
            ("personalize:DeleteCampaign", "personalize", "campaign"),
        ):
            allow(role, [action], [names.made_by_runs(service, kind)], why=MADE_BY_RUNS)
        return function

    def _function(
        self,
        folder: str,
        *settings: str,
        reads: Sequence[str] = (),
        writes: Sequence[str] = (),
        lists_bucket: bool = False,
    ) -> PythonFunction:
        """A function with the settings it names, and rights on the bucket by prefix."""
        function = PythonFunction(
            self,
            "".join(word.capitalize() for word in folder.split("_")),
            folder=folder,
            prefix=self._config.prefix,
            description=f"Bakeoff: the step {folder.replace('_', ' ')} of a run",
            environment={name.upper(): self._setting(name) for name in settings},
            timeout=Duration.minutes(15),
            memory_mb=512,
        )
        for action, prefixes in (("s3:GetObject", reads), ("s3:PutObject", writes)):
            if prefixes:
                allow(function.role, [action], [self._names.objects(prefix) for prefix in prefixes], why=FOLDER)
        if lists_bucket:
            allow(function.role, ["s3:ListBucket"], [self._names.bucket_arn])
        return function

    def _setting(self, name: str) -> str:
        return {
            "prefix": self._config.prefix,
            "bucket": self._names.bucket,
            "runs_table": self._names.table("runs"),
            "items_table": self._names.table("items"),
            "histories_table": self._names.table("histories"),
            "lists_table": self._names.table(LISTS_TABLE),
            "promoted_run_parameter": self._names.promoted_run,
        }[name]


def allow_asking_backends(function: PythonFunction, names: Names) -> None:
    """Let the function ask every endpoint and campaign of the environment."""
    endpoints, campaigns = names.made_by_runs("sagemaker", "endpoint"), names.made_by_runs("personalize", "campaign")
    allow(function.role, ["sagemaker:InvokeEndpoint"], [endpoints], why=MADE_BY_RUNS)
    allow(function.role, ["personalize:GetRecommendations"], [campaigns], why=MADE_BY_RUNS)


def allow_reading_lists(function: PythonFunction, names: Names) -> None:
    """Let the function read the stored lists and rows, which only users have."""
    allow(function.role, ["dynamodb:GetItem"], [names.table_arn(LISTS_TABLE)])
