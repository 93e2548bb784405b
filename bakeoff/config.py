"""The configuration: typed models of ``config/*.toml``, the images and the prices, read at synth and by the CLI."""

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bakeoff.catalogue_settings import Catalogue
from bakeoff.contracts.catalogue import Contestant
from bakeoff.errors import ConfigurationError
from bakeoff.grade_settings import GradeSettings
from bakeoff.price_settings import Prices
from bakeoff.pricing.contestant import keys_of
from bakeoff.pricing.table import PriceTable

CONFIG_FOLDER = Path(__file__).parent.parent / "config"
# Looked at and not imported: stacks read the configuration and know nothing of the data room.
MAPPINGS_FOLDER = Path(__file__).parent / "data" / "mappings"
# Files of the folder that all environments share.
_SHARED = ("contestants", "grades")
# It begins the name of every resource. A hyphen in it would make dev-2's resources look like dev's, which deletes its
# own by the beginning of their names; the length leaves room for what a bucket's name holds besides.
_ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")

# The end of an image's key in images.json, where one for machines with GPUs stands beside the one for CPUs.
ON_GPU = "-gpu"
# Of SageMaker's families, those that begin with g (g4dn, g5, g6) or p (p3, p4d, p5) have NVIDIA GPUs.
_WITH_GPUS = re.compile(r"ml\.[gp]\d")
# CUDA 13, which is in the image, has no code for their GPUs: Kepler, Maxwell, Volta.
_OLD_GPUS = re.compile(r"ml\.(p2|p3|p3dn|g3|g3s)\.")

# Of the function that answers requests; its cost goes by it.
FRONT_MEMORY_MB = 1024

Share = Annotated[float, Field(ge=0, lt=1)]
Seconds = Annotated[int, Field(ge=60, le=432_000)]
Engine = Literal["duckdb", "spark"]
Strategy = Literal["per_user_last_fraction", "leave_last_out", "global_time", "new_users"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


ModelT = TypeVar("ModelT", bound=BaseModel)


class LocalCloud(_Model):
    """Where the local cloud listens and keeps its state; only in ``local.toml``."""

    port: int = Field(ge=1024, le=65_535)
    state_folder: str
    wait_scale: float = Field(gt=0, le=1)


class Split(_Model):
    """The frozen split, as `bakeoff.data.settings` describes it; `held_out_fraction` is for ``new_users``."""

    strategy: Strategy
    test_fraction: float = Field(gt=0, lt=1)
    validation_fraction: float = Field(gt=0, lt=1)
    min_activity: int = Field(ge=3)
    seed: int = Field(ge=0)
    held_out_fraction: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> "Split":
        """The preparation's own rule, told before anything is deployed."""
        if self.strategy == "leave_last_out":
            return self
        largest = max(self.test_fraction, self.validation_fraction)
        if self.test_fraction + self.validation_fraction >= 1 or self.min_activity * (1 - largest) < 2:
            raise ValueError(
                f"test_fraction and validation_fraction leave nothing to train on for a user with {self.min_activity} "
                "interactions (min_activity)"
            )
        return self


class Prepare(_Model):
    """Which engine prepares the data, and what it is told."""

    engine: Engine
    # A name and no path: a mapping travels with the job, or it is not there.
    mapping: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)
    liked_threshold: float | None = Field(default=None, allow_inf_nan=False)
    max_history: int = Field(ge=1, le=5_000)
    max_test_users: int = Field(ge=1)
    max_rejected_share: Share
    max_autopilot_rows: int = Field(ge=1)
    split: Split

    def job_settings(self) -> dict[str, Any]:
        """The job's SETTINGS, in the spelling of the prepared manifest; what is missing is the job's own default."""
        settings = {
            "mapping": self.mapping,
            "likedThreshold": self.liked_threshold,
            "maxHistory": self.max_history,
            "maxTestUsers": self.max_test_users,
            "maxRejectedShare": self.max_rejected_share,
            "maxAutopilotRows": self.max_autopilot_rows,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def job_split(self) -> dict[str, Any]:
        """The job's SPLIT, likewise; the two are variables of their own, for each is limited to 256 characters."""
        return self.split.model_dump(exclude_none=True)


class Run(_Model):
    max_concurrency: int = Field(ge=1, le=40)
    default_contestant: str
    latency_questions: int = Field(ge=1, le=10_000)
    latency_concurrency: int = Field(ge=1, le=32)  # as many connections as the transport keeps
    compare_splits: tuple[Strategy, ...]


class Gate(_Model):
    """What a run must show before it replaces the one that serves; `bakeoff.workflow.gate` has the rule.

    The tolerances are shares of the incumbent's figure; costs are those of a month with `requests_per_month`.
    """

    # What the evaluation tests contestants on.
    metric: str = Field(pattern=r"^(ndcg|recall|precision|hit_rate|mrr|map)@(10|100)$")
    max_coverage_loss: float = Field(ge=0, le=1)
    max_latency_increase: float = Field(ge=0, allow_inf_nan=False)
    max_cost_increase: float = Field(ge=0, allow_inf_nan=False)
    requests_per_month: Literal[10_000, 100_000, 1_000_000, 10_000_000]  # for which costs are worked out

    def rules(self) -> dict[str, Any]:
        """As the gate's function takes them."""
        return {
            "metric": self.metric,
            "maxCoverageLoss": self.max_coverage_loss,
            "maxLatencyIncrease": self.max_latency_increase,
            "maxCostIncrease": self.max_cost_increase,
            "requestsPerMonth": self.requests_per_month,
        }


class Job(_Model):
    instance_type: str = Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    max_runtime_seconds: Seconds


class TrainJob(Job):
    """The training jobs; left out, `spot_wait_seconds` means capacity on demand."""

    spot_wait_seconds: Seconds | None = None

    @property
    def has_gpus(self) -> bool:
        return _WITH_GPUS.match(self.instance_type) is not None

    @property
    def longest_seconds(self) -> int:
        """From the request to the end, waits for spot capacity included."""
        return self.max_runtime_seconds + (self.spot_wait_seconds or 0)


class SparkJob(_Model):
    """A Glue job; with fewer than two workers Glue has none beside the driver."""

    worker_type: Literal["G.1X", "G.2X", "G.4X", "G.8X"]
    number_of_workers: int = Field(ge=2, le=299)
    max_runtime_seconds: Seconds


class Jobs(_Model):
    prepare: Job
    prepare_on_spark: SparkJob
    train: TrainJob
    write_lists: Job
    write_candidates: Job
    rank_candidates: Job
    evaluate: Job
    write_report: Job


class Autopilot(_Model):
    """Caps of one search of SageMaker Autopilot.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoMLJobCompletionCriteria.html
    """

    max_candidates: int = Field(ge=1, le=750)
    max_runtime_seconds: Seconds
    max_training_seconds: Seconds

    @model_validator(mode="after")
    def _trains_within_the_search(self) -> "Autopilot":
        if self.max_training_seconds > self.max_runtime_seconds:
            raise ValueError("max_training_seconds is above max_runtime_seconds, which holds for all of a search")
        return self


class Serving(_Model):
    mode: Literal["serverless", "instance"]
    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144]
    max_concurrency: int = Field(ge=1, le=200)
    instance_type: str = Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    budget_ms: int = Field(ge=100, le=25_000)
    run_cache_seconds: int = Field(ge=0, le=300)

    @property
    def place(self) -> str:
        """On what endpoints answer; latencies of two places do not compare."""
        return f"serverless, {self.memory_mb} MB" if self.mode == "serverless" else f"instance, {self.instance_type}"


class Api(_Model):
    rate_per_second: int = Field(ge=1)
    burst: int = Field(ge=1)


class _Environment(_Model):
    account: str | None = Field(default=None, pattern=r"^\d{12}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    removal: Literal["destroy", "retain"]
    local_cloud: LocalCloud | None = None
    prepare: Prepare
    run: Run
    gate: Gate
    jobs: Jobs
    autopilot: Autopilot
    serving: Serving
    api: Api

    def other_splits(self) -> dict[str, dict[str, Any]]:
        """By strategy of `run.compare_splits`, the job's SPLIT: the main split's but for the strategy."""
        return {strategy: {**self.prepare.job_split(), "strategy": strategy} for strategy in self.run.compare_splits}


class Config(_Environment):
    """One environment's whole configuration: with catalogue, grades, and the image URIs and prices of its region."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str
    contestants: tuple[Contestant, ...]
    demo: tuple[str, ...]
    grades: GradeSettings
    images: dict[str, str]
    prices: PriceTable

    @property
    def prefix(self) -> str:
        """What every resource's name begins with, such as ``bakeoff-dev``."""
        return f"bakeoff-{self.name}"

    @property
    def measured_on(self) -> dict[str, Any]:
        """Where seconds and milliseconds are measured, for whoever reads them."""
        words = f"AWS, {self.region}" if self.local_cloud is None else "a laptop's local cloud"
        return {"laptop": self.local_cloud is not None, "words": words}

    def deployment(self) -> dict[str, Any]:
        """What costs depend on, as JSON: see `bakeoff.pricing.contestant.contestant_costs`."""
        return {
            "training": {"instanceType": self.jobs.train.instance_type},
            "lists": {"instanceType": self.jobs.write_lists.instance_type},
            "serving": {
                "mode": self.serving.mode,
                "memoryMb": self.serving.memory_mb,
                "instanceType": self.serving.instance_type,
                "maxConcurrency": self.serving.max_concurrency,
            },
            "front": {"memoryMb": FRONT_MEMORY_MB},
        }

    def price_table(self) -> dict[str, Any]:
        """The prices that the costs of this deployment may need, as JSON for `PriceTable.from_json`."""
        return self.prices.only(keys_of(self.deployment())).to_json()

    def training_image(self, contestant: Contestant) -> str | None:
        """The URI of the image that trains it: that with CUDA where the machine has GPUs and its library uses them.

        None where no job of ours trains it.
        """
        if contestant.image is None:
            return None
        plain = self.images[contestant.image]
        return self.images.get(contestant.image + ON_GPU, plain) if self.jobs.train.has_gpus else plain

    def contestant(self, name: str) -> Contestant:
        return next(contestant for contestant in self.contestants if contestant.name == name)


def environments(folder: Path = CONFIG_FOLDER) -> list[str]:
    """The names that ``--env`` takes: one for each TOML file that is not shared."""
    return sorted(path.stem for path in folder.glob("*.toml") if path.stem not in _SHARED)


def load_config(name: str, folder: Path = CONFIG_FOLDER, *, engine: str | None = None) -> Config:
    """Read environment `name` with the catalogue, the grades, and the images and prices of its region.

    Args:
        engine: of the preparation, instead of the one that the environment's file names.

    Raises:
        ConfigurationError: naming every fault of a file at once.
    """
    if name not in environments(folder):
        raise ConfigurationError("--env", [f"'{name}' is no environment; there are {', '.join(environments(folder))}"])
    if not _ENVIRONMENT_NAME.fullmatch(name):
        rule = f"the file's name '{name}' must be a small letter, then up to 15 small letters or digits"
        raise ConfigurationError(f"config/{name}.toml", [rule])
    environment = _with_engine(_read_toml(folder / f"{name}.toml", _Environment), engine)
    catalogue = _read_toml(folder / "contestants.toml", Catalogue)
    grades = _read_grades(folder, catalogue)
    images = load_images(folder).get(environment.region)
    faults = _cross_faults(environment, catalogue, images)
    if faults:
        raise ConfigurationError(f"config/{name}.toml with config/contestants.toml", faults)
    return Config(
        **environment.model_dump(),
        name=name,
        demo=catalogue.demo,
        grades=grades,
        contestants=tuple(Contestant(**entry.model_dump()) for entry in catalogue.contestants),
        images=images or {},
        prices=load_prices(environment.region, folder),
    )


def _read_grades(folder: Path, catalogue: Catalogue) -> GradeSettings:
    grades = _read_toml(folder / "grades.toml", GradeSettings)
    faults = grades.faults({entry.name: entry.kind for entry in catalogue.contestants})
    if faults:
        raise ConfigurationError("config/grades.toml with config/contestants.toml", faults)
    return grades


def _with_engine(environment: _Environment, engine: str | None) -> _Environment:
    if engine is None:
        return environment
    if engine not in get_args(Engine):
        raise ConfigurationError("engine", [f"'{engine}' is no engine; there are {', '.join(get_args(Engine))}"])
    return environment.model_copy(update={"prepare": environment.prepare.model_copy(update={"engine": engine})})


def load_images(folder: Path = CONFIG_FOLDER) -> dict[str, dict[str, str]]:
    """Pinned container image URIs by region and key; `python -m bakeoff images` refreshes them."""
    pinned: dict[str, dict[str, str]] = json.loads((folder / "images.json").read_text())["images"]
    return pinned


def load_prices(region: str, folder: Path = CONFIG_FOLDER) -> PriceTable:
    """The price table of `region`; without rows where no price is known. `python -m bakeoff prices refresh` fills it.

    Raises:
        ConfigurationError: naming every fault of the file at once.
    """
    return read_price_file(folder).table(region)


def read_price_file(folder: Path = CONFIG_FOLDER) -> Prices:
    """``prices.json``, all regions, validated."""
    try:
        value = json.loads((folder / "prices.json").read_text())
    except ValueError as error:
        raise ConfigurationError("config/prices.json", [f"not JSON: {error}"]) from error
    return _validated("prices.json", value, Prices)


def _cross_faults(environment: _Environment, catalogue: Catalogue, images: dict[str, str] | None) -> list[str]:
    if images is None:
        return [f"region: config/images.json has no images for '{environment.region}'; run `make images`"]
    keys = sorted(key for key in images if not key.endswith(ON_GPU))  # the training's instance type adds the rest
    faults = [
        f"contestants.{entry.name}.image: '{entry.image}' is not in config/images.json ({', '.join(keys)})"
        for entry in catalogue.contestants
        if entry.image is not None and entry.image not in keys
    ]
    instance = environment.jobs.train.instance_type
    if _OLD_GPUS.match(instance):
        faults.append(
            f"jobs.train.instance_type: the GPUs of '{instance}' are too old for the CUDA of the image; take one of "
            "ml.g4dn, ml.g5 or newer families"
        )
    mappings = sorted(path.stem for path in MAPPINGS_FOLDER.glob("*.toml"))
    if environment.prepare.mapping not in ("auto", *mappings):
        known = ", ".join(("auto", *mappings))
        faults.append(f"prepare.mapping: '{environment.prepare.mapping}' is no mapping; known: {known}")
    default = environment.run.default_contestant
    if default != "auto" and default not in [entry.name for entry in catalogue.contestants]:
        faults.append(f"run.default_contestant: '{default}' is neither 'auto' nor a contestant of the catalogue")
    if any(entry.name == default and not entry.can_lead for entry in catalogue.contestants):
        faults.append(f"run.default_contestant: '{default}' has no lists of its own for users")
    at_once, most = environment.run.latency_concurrency, environment.serving.max_concurrency
    if environment.serving.mode == "serverless" and at_once > most:
        faults.append(f"run.latency_concurrency: {at_once} at once, of which serving.max_concurrency lets in {most}")
    return [*faults, *_faults_of_other_splits(environment)]


def _faults_of_other_splits(environment: _Environment) -> list[str]:
    chosen, main = environment.run.compare_splits, environment.prepare.split.strategy
    faults = [f"run.compare_splits: '{one}' stands there twice" for one in sorted(set(chosen)) if chosen.count(one) > 1]
    if main in chosen:
        faults.append(f"run.compare_splits: '{main}' is the main split (prepare.split.strategy); name others, or none")
    for strategy, split in environment.other_splits().items():
        try:
            Split.model_validate(split)
        except ValidationError as error:
            faults += [f"run.compare_splits: {strategy}: {fault['msg']}" for fault in error.errors()]
    return faults


def _read_toml(path: Path, model: type[ModelT]) -> ModelT:
    try:
        value = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"config/{path.name}", [f"not TOML: {error}"]) from error
    return _validated(path.name, value, model)


def _validated(file: str, value: Any, model: type[ModelT]) -> ModelT:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or '(file)'}: {fault['msg']}" for fault in error.errors()]
        raise ConfigurationError(f"config/{file}", faults) from error
