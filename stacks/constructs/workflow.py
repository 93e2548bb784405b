"""The run's state machine and its children, each with the rights that its definition needs."""

from constructs import Construct

from bakeoff.contracts.stored_rows import LISTS_TABLE
from stacks.constructs.machine import Machine
from stacks.grants import MADE_BY_RUNS, NO_RESOURCE, allow
from stacks.names import Names
from stacks.workflow.autopilot_contestant import autopilot_contestant
from stacks.workflow.personalize_contestant import personalize_contestant
from stacks.workflow.resources import Functions, Resources, SparkJob
from stacks.workflow.run import run
from stacks.workflow.sagemaker_contestant import sagemaker_contestant


class Workflow(Construct):
    """Four machines: one for each kind of contestant, and the run that starts them, and itself for other splits."""

    def __init__(
        self, scope: Construct, name: str, *, resources: Resources, functions: Functions, names: Names
    ) -> None:
        super().__init__(scope, name)
        self._resources, self._names = resources, names
        prefix = resources.config.prefix
        self.sagemaker = Machine(
            self,
            "SageMaker",
            names=names,
            machine_name=f"{prefix}-sagemaker-contestant",
            definition=sagemaker_contestant(resources),
        )
        self._allow_sagemaker()
        self.personalize = Machine(
            self,
            "Personalize",
            names=names,
            machine_name=f"{prefix}-personalize-contestant",
            definition=personalize_contestant(resources),
        )
        self._allow_personalize()
        self.autopilot = Machine(
            self,
            "Autopilot",
            names=names,
            machine_name=f"{prefix}-autopilot-contestant",
            definition=autopilot_contestant(resources),
        )
        self._allow_autopilot()
        children = {
            "sagemaker": self.sagemaker.arn,
            "personalize": self.personalize.arn,
            "autopilot": self.autopilot.arn,
        }
        self.run = Machine(
            self, "Run", names=names, machine_name=f"{prefix}-run", definition=run(resources, functions, children)
        )
        self._allow_run(functions, children)

    def _made(self, service: str, *kinds: str) -> list[str]:
        return [self._names.made_by_runs(service, kind) for kind in kinds]

    def _allow_sagemaker(self) -> None:
        role, resources = self.sagemaker.role, self._resources
        jobs, model = self._made("sagemaker", "training-job", "transform-job"), self._made("sagemaker", "model")
        calls = [
            f"sagemaker:{verb}{kind}"
            for verb in ("Create", "Describe", "Stop")
            for kind in ("TrainingJob", "TransformJob")
        ]
        allow(role, calls, jobs, why=MADE_BY_RUNS)
        allow(role, ["sagemaker:CreateModel"], model, why=MADE_BY_RUNS)
        allow(role, ["sagemaker:AddTags", "sagemaker:ListTags"], jobs + model, why=MADE_BY_RUNS)
        listing = [f"sagemaker:List{kind}" for kind in ("TrainingJobs", "TransformJobs", "Models")]
        allow(role, listing, ["*"], why=NO_RESOURCE)
        allow(role, ["s3:ListBucket"], [self._names.bucket_arn])
        self.sagemaker.allow_passing(resources.train.role_arn, "sagemaker")
        self.sagemaker.allow_passing(resources.model_role_arn, "sagemaker")
        self.sagemaker.allow_waiting("SageMakerTrainingJobs")
        self.sagemaker.allow_waiting("SageMakerTransformJobs")

    def _allow_personalize(self) -> None:
        role, resources = self.personalize.role, self._resources
        allow(
            role,
            ["personalize:DescribeRecipe"],
            ["arn:aws:personalize:::recipe/*"],
            why="AWS's recipes; the catalogue names them.",
        )
        allow(
            role,
            ["personalize:DescribeAlgorithm"],
            ["arn:aws:personalize:::algorithm/*"],
            why="AWS's algorithms; the recipes name them.",
        )
        made = self._made("personalize", "solution", "batch-inference-job", "dataset-import-job", "schema")
        groups = [one.arn for one in resources.dataset_groups.values()]
        datasets = [one.interactions_arn for one in resources.dataset_groups.values()]
        # Of items and users: a run makes them, for their schemas are the data's.
        group = resources.dataset_groups["metadata"].name
        kept = [self._names.arn("personalize", f"dataset/{group}/{word}") for word in ("ITEMS", "USERS")]
        calls = [
            f"personalize:{verb}{kind}"
            for kind in ("Solution", "SolutionVersion", "BatchInferenceJob", "DatasetImportJob", "Dataset")
            for verb in ("Create", "Describe")
        ]
        calls += ["personalize:CreateSchema", "personalize:GetSolutionMetrics", "personalize:ListSolutionVersions"]
        calls += ["personalize:ListDatasets", "personalize:TagResource"]
        allow(role, calls, [*groups, *datasets, *kept, *made], why=MADE_BY_RUNS)
        allow(role, ["personalize:DeleteDataset"], kept)
        allow(role, ["s3:ListBucket"], [self._names.bucket_arn])
        self.personalize.allow_passing(resources.personalize_role_arn, "personalize")

    def _allow_autopilot(self) -> None:
        role, resources = self.autopilot.role, self._resources
        searches, models = self._made("sagemaker", "automl-job"), self._made("sagemaker", "model")
        jobs = self._made("sagemaker", "transform-job", "processing-job")
        calls = ["CreateAutoMLJobV2", "DescribeAutoMLJobV2", "ListCandidatesForAutoMLJob"]
        allow(role, [f"sagemaker:{call}" for call in calls], searches, why=MADE_BY_RUNS)
        calls = [
            f"{verb}{kind}" for verb in ("Create", "Describe", "Stop") for kind in ("TransformJob", "ProcessingJob")
        ]
        allow(role, [f"sagemaker:{call}" for call in calls], jobs, why=MADE_BY_RUNS)
        allow(role, ["sagemaker:CreateModel"], models, why=MADE_BY_RUNS)
        allow(role, ["sagemaker:AddTags", "sagemaker:ListTags"], [*searches, *jobs, *models], why=MADE_BY_RUNS)
        listing = [f"sagemaker:List{kind}" for kind in ("AutoMLJobs", "TransformJobs", "Models")]
        allow(role, listing, ["*"], why=NO_RESOURCE)
        allow(role, ["s3:ListBucket"], [self._names.bucket_arn])
        for passed in (resources.autopilot_role_arn, resources.rank_candidates.role_arn, resources.model_role_arn):
            self.autopilot.allow_passing(passed, "sagemaker")
        self.autopilot.allow_waiting("SageMakerTransformJobs")
        self.autopilot.allow_waiting("SageMakerProcessingJobs")

    def _allow_run(self, functions: Functions, children: dict[str, str]) -> None:
        role, names = self.run.role, self._names
        allow(role, ["lambda:InvokeFunction"], list(vars(functions).values()))
        self._allow_children(children)
        self._allow_processing()
        self._allow_staging()
        marked = [names.table_arn("items"), names.table_arn(LISTS_TABLE)]
        allow(role, ["dynamodb:GetItem", "dynamodb:PutItem"], marked)
        allow(role, ["ssm:PutParameter"], [names.promoted_run_arn])

    def _allow_children(self, children: dict[str, str]) -> None:
        prefix = self._names.config.prefix
        started = [f"{prefix}-run", *(f"{prefix}-{kind}-contestant" for kind in children)]
        executions = [self._names.arn("states", f"execution:{name}:*") for name in started]
        # Itself by its agreed name: a role that named the machine that needs it would be a cycle.
        own = self._resources.run_machine_arn
        allow(self.run.role, ["states:StartExecution"], [own, *children.values()])
        allow(self.run.role, ["states:DescribeExecution", "states:StopExecution"], executions, why=MADE_BY_RUNS)
        self.run.allow_waiting("StepFunctionsExecution")

    def _allow_processing(self) -> None:
        jobs = self._made("sagemaker", "processing-job")
        calls = [f"sagemaker:{verb}ProcessingJob" for verb in ("Create", "Describe", "Stop")]
        allow(self.run.role, [*calls, "sagemaker:AddTags", "sagemaker:ListTags"], jobs, why=MADE_BY_RUNS)
        self.run.allow_waiting("SageMakerProcessingJobs")
        self.run.allow_passing(self._resources.evaluate.role_arn, "sagemaker")
        self.run.allow_passing(self._resources.write_report.role_arn, "sagemaker")
        self.run.allow_passing(self._resources.write_candidates.role_arn, "sagemaker")
        prepare = self._resources.prepare
        if isinstance(prepare, SparkJob):
            # `.sync` asks Glue for the run's state; it needs no rule.
            calls = ["StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"]
            allow(self.run.role, [f"glue:{call}" for call in calls], [self._names.arn("glue", f"job/{prepare.name}")])
        else:
            self.run.allow_passing(prepare.role_arn, "sagemaker")

    def _allow_staging(self) -> None:
        role = self.run.role
        endpoints = self._made("sagemaker", "endpoint", "endpoint-config")
        calls = ["CreateEndpoint", "CreateEndpointConfig", "DescribeEndpoint", "DeleteEndpoint", "AddTags"]
        allow(role, [f"sagemaker:{call}" for call in calls], endpoints, why=MADE_BY_RUNS)
        listing = ["sagemaker:ListEndpoints", "sagemaker:ListEndpointConfigs", "personalize:ListCampaigns"]
        allow(role, listing, ["*"], why=NO_RESOURCE)
        allow(
            role,
            [f"personalize:{call}" for call in ("CreateCampaign", "DescribeCampaign", "DeleteCampaign", "TagResource")],
            self._made("personalize", "campaign", "solution"),
            why=MADE_BY_RUNS,
        )
