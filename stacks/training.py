"""What trains and compares: job sources and roles, Amazon Personalize's data, the workflow."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from bakeoff.config import Config
from stacks.artefacts import job_source, job_wheels, recommender_hashes
from stacks.constructs.clean_up import RemoveRemains
from stacks.constructs.job_roles import JobRole
from stacks.constructs.personalize_data import PersonalizeData
from stacks.constructs.prepare_on_spark import PrepareOnSpark
from stacks.constructs.workflow import Workflow
from stacks.constructs.workflow_functions import WorkflowFunctions
from stacks.names import Names
from stacks.workflow.resources import JobSource, Resources, SparkJob
from stacks.workflow.sagemaker_contestant import CHECKPOINTS

_LOGS = "/aws/sagemaker"


class TrainingStack(Stack):
    """Stateless but for Personalize's dataset group; what a run makes is named and tagged after the environment."""

    def __init__(self, scope: Construct, name: str, *, config: Config, names: Names, env: Environment) -> None:
        super().__init__(scope, name, env=env, description="Bakeoff: training and comparison")
        self._names = names
        models = JobRole(
            self,
            "ModelRole",
            names=names,
            # One role for the model and for the transform job that writes its lists: SageMaker takes the model's.
            reads=("models/*", "prepared/*"),
            writes=("lists/*",),
            log_group=f"{_LOGS}/*",
        )
        personalize = PersonalizeData(self, "PersonalizeData", names=names)
        functions = WorkflowFunctions(self, "Functions", config=config, names=names)
        resources = Resources(
            config=config,
            account=names.account,
            bucket=names.bucket,
            items_table=names.table("items"),
            promoted_run_parameter=names.promoted_run,
            prepare=self._prepare(config),
            train=self._job(
                "train_recommender",
                "TrainingJobs",
                reads=("prepared/*", f"{CHECKPOINTS}/*"),
                writes=("models/*", f"{CHECKPOINTS}/*"),
            ),
            evaluate=self._job(
                "evaluate_lists",
                "ProcessingJobs",
                reads=("prepared/*", "lists/*", "runs/*"),
                writes=("evaluations/*",),
            ),
            write_report=self._job(
                "write_report",
                "ProcessingJobs",
                reads=("runs/*", "evaluations/*", "models/*/output/output.tar.gz"),
                writes=("runs/*/report.html",),
                with_wheels=True,
            ),
            model_role_arn=models.role.role_arn,
            personalize_role_arn=personalize.role.role_arn,
            dataset_group_arn=personalize.group.attr_dataset_group_arn,
            interactions_dataset_arn=personalize.interactions.attr_dataset_arn,
            recommender_hashes=recommender_hashes(),
        )
        workflow = Workflow(self, "Workflow", resources=resources, functions=functions.arns, names=names)
        RemoveRemains(self, "RemoveRemains", names=names).before_deleting(personalize, workflow, models)
        CfnOutput(self, "RunStateMachineArn", value=workflow.run.arn)
        CfnOutput(self, "SageMakerStateMachineArn", value=workflow.sagemaker.arn)
        CfnOutput(self, "PersonalizeStateMachineArn", value=workflow.personalize.arn)

    def _prepare(self, config: Config) -> JobSource | SparkJob:
        if config.prepare.engine == "spark":
            return PrepareOnSpark(self, "PrepareOnSpark", config=config, names=self._names).job
        return self._job("prepare_data", "ProcessingJobs", reads=("raw/*",), writes=("prepared/*",), with_wheels=True)

    def _job(
        self,
        job: str,
        log: str,
        *,
        reads: Sequence[str],
        writes: Sequence[str],
        with_wheels: bool = False,
    ) -> JobSource:
        """A job's source, and the wheels that its container installs, as assets, and the role of the container."""
        name = "".join(word.capitalize() for word in job.split("_"))
        source = assets.Asset(self, f"{name}Source", path=str(job_source(job)))
        wheels = assets.Asset(self, f"{name}Wheels", path=str(job_wheels(job))) if with_wheels else None
        role = JobRole(
            self,
            f"{name}Role",
            names=self._names,
            reads=reads,
            writes=writes,
            log_group=f"{_LOGS}/{log}",
            sources=[source, *([wheels] if wheels else [])],
        )
        return JobSource(
            uri=source.s3_object_url,
            hash=source.asset_hash,
            role_arn=role.role.role_arn,
            wheels_uri=wheels.s3_object_url if wheels else None,
        )
