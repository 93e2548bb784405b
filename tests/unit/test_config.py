"""The configuration: what the repository has is sound, and every fault of a file is named at once."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from bakeoff.config import CONFIG_FOLDER, Gate, Split, environments, load_config, load_prices, read_price_file
from bakeoff.data.settings import STRATEGIES as KNOWN_STRATEGIES
from bakeoff.data.settings import SplitSettings
from bakeoff.errors import ConfigurationError
from bakeoff.evaluation.field import TESTED
from bakeoff.pricing.table import PriceTable
from bakeoff.pricing.traffic import LEVELS
from bakeoff.workflow.plan import LONGEST_VARIABLE

ENVIRONMENTS = ["dev", "local", "prod"]
Change = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the repository's configuration, to be spoilt."""
    return shutil.copytree(CONFIG_FOLDER, tmp_path / "config")


@pytest.fixture
def change(folder: Path) -> Change:
    """Replaces a text that stands in a file: `change("dev.toml", "retain", "keep")`."""

    def replace(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text()
        assert old in text, f"{file} no longer holds {old}"
        (folder / file).write_text(text.replace(old, new, 1))

    return replace


def faults(folder: Path, name: str = "dev") -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load_config(name, folder)
    assert all(fault in str(refused.value) for fault in refused.value.faults)
    return refused.value.faults


def test_the_environments_are_the_files_but_the_catalogue() -> None:
    assert environments() == ENVIRONMENTS


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_environment_of_the_repository_is_sound(name: str) -> None:
    config = load_config(name)
    assert (config.name, config.prefix) == (name, f"bakeoff-{name}")
    assert [contestant.name for contestant in config.contestants][:1] == ["personalize-popularity-count"]
    assert set(config.demo) <= {contestant.name for contestant in config.contestants}
    assert all(f".{config.region}.amazonaws.com/" in uri for uri in config.images.values())
    assert (config.local_cloud is not None) is (name == "local"), "production has no word of the laptop's cloud"
    assert config.contestant("ease").recommender == "ease"


@pytest.mark.parametrize(
    ("instance", "on_gpus"),
    [
        ("ml.m5.xlarge", False),
        ("ml.c6g.xlarge", False),
        ("ml.g4dn.12xlarge", True),
        ("ml.g5.xlarge", True),
        ("ml.g6e.xlarge", True),
        ("ml.p4d.24xlarge", True),
        ("ml.p5.48xlarge", True),
    ],
)
def test_a_machine_with_gpus_trains_on_the_image_with_cuda(
    folder: Path, change: Change, instance: str, on_gpus: bool
) -> None:
    change("dev.toml", '[jobs.train]\ninstance_type = "ml.m5.xlarge"', f'[jobs.train]\ninstance_type = "{instance}"')
    config = load_config("dev", folder)
    torch = config.training_image(config.contestant("autoencoder"))
    assert torch == config.images["pytorch-gpu" if on_gpus else "pytorch"]
    assert ("-cu" in str(torch)) is on_gpus
    others = {name: config.training_image(config.contestant(name)) for name in ("ease", "blend")}
    assert others == {"ease": config.images["scikit-learn"], "blend": None}, "they have no use for it"


def test_production_keeps_its_data_and_the_others_do_not() -> None:
    assert {name: load_config(name).removal for name in ENVIRONMENTS} == {
        "dev": "destroy",
        "local": "destroy",
        "prod": "retain",
    }


def test_environments_are_measured_by_the_same_rules() -> None:
    """Figures of the laptop and of the cloud are comparable only if split and rule are the same."""
    assert len({load_config(name).prepare.model_dump_json() for name in ENVIRONMENTS}) == 1


def test_an_unknown_environment_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="'staging' is no environment; there are dev, local, prod"):
        load_config("staging")


def test_all_faults_of_a_file_are_named_at_once(folder: Path, change: Change) -> None:
    change("dev.toml", 'removal = "destroy"', 'removal = "keep"')
    change("dev.toml", "test_fraction = 0.2", "test_fraction = 1.5")
    change("dev.toml", "budget_ms = 2000", "budget_ms = 60000\nbudget_s = 2")
    change("dev.toml", "[api]\nrate_per_second = 50", "[api]")
    assert [fault.partition(":")[0] for fault in faults(folder)] == [
        "removal",
        "prepare.split.test_fraction",
        "serving.budget_ms",
        "serving.budget_s",
        "api.rate_per_second",
    ]


SINGLE: dict[str, tuple[str, str, str, str]] = {
    "a region spelled wrongly": ("dev.toml", "eu-central-1", "Frankfurt", r"region: String should match pattern .*"),
    "a region without images": (
        "dev.toml",
        "eu-central-1",
        "eu-north-1",
        r"region: config/images.json has no images for 'eu-north-1'; run `make images`",
    ),
    "an account that is none": (
        "local.toml",
        '"123456789012"',
        '"1234"',
        r"account: String should match pattern .*",
    ),
    "a Spark job without a worker": (
        "dev.toml",
        "number_of_workers = 2",
        "number_of_workers = 1",
        r"jobs\.prepare_on_spark\.number_of_workers: Input should be greater than or equal to 2",
    ),
    "an engine that there is not": (
        "dev.toml",
        'engine = "duckdb"',
        'engine = "hive"',
        r"prepare\.engine: Input should be 'duckdb' or 'spark'",
    ),
    "an unknown section": ("dev.toml", "[api]", "[spark]\nworkers = 2\n[api]", r"spark: Extra inputs are not .*"),
    "fractions that leave nothing": (
        "dev.toml",
        "validation_fraction = 0.1",
        "validation_fraction = 0.8",
        r"prepare\.split: .*leave nothing to train on for a user with \d+ interactions.*",
    ),
    "a strategy that there is not": (
        "dev.toml",
        "per_user_last_fraction",
        "random",
        r"prepare\.split\.strategy: .*",
    ),
    "memory that serverless does not sell": (
        "dev.toml",
        "memory_mb = 3072",
        "memory_mb = 1000",
        r"serving\.memory_mb: .*",
    ),
    "an instance type that is none": (
        "dev.toml",
        'instance_type = "ml.m5.large"',
        'instance_type = "m5.large"',
        r"serving\.instance_type: String should match pattern .*",
    ),
    "a training that may outlast its search": (
        "dev.toml",
        "max_training_seconds = 1800",
        "max_training_seconds = 7201",
        r"autopilot: Value error, max_training_seconds is above max_runtime_seconds, .*",
    ),
    "more questions at once than the endpoint lets in": (
        "dev.toml",
        "latency_concurrency = 8",
        "latency_concurrency = 11",
        r"run\.latency_concurrency: 11 at once, of which serving\.max_concurrency lets in 10",
    ),
    "a default that is no contestant": (
        "dev.toml",
        'default_contestant = "auto"',
        'default_contestant = "nobody"',
        r"run\.default_contestant: 'nobody' is neither 'auto' nor a contestant of the catalogue",
    ),
    "a default that is made of the others": (
        "dev.toml",
        'default_contestant = "auto"',
        'default_contestant = "blend"',
        r"run\.default_contestant: 'blend' has no lists of its own for users",
    ),
    "a default that tells which items are alike": (
        "dev.toml",
        'default_contestant = "auto"',
        'default_contestant = "personalize-semantic-similarity"',
        r"run\.default_contestant: 'personalize-semantic-similarity' has no lists of its own for users",
    ),
    "an image that is not pinned": (
        "contestants.toml",
        'image = "pytorch"',
        'image = "tensorflow"',
        r"contestants\.autoencoder\.image: 'tensorflow' is not in config/images\.json \(pytorch, scikit-learn\)",
    ),
    "an image that the machine chooses": (
        "contestants.toml",
        'image = "pytorch"',
        'image = "pytorch-gpu"',
        r"contestants\.autoencoder\.image: 'pytorch-gpu' is not in config/images\.json \(pytorch, scikit-learn\)",
    ),
    "a training on GPUs that the image has no code for": (
        "dev.toml",
        '[jobs.train]\ninstance_type = "ml.m5.xlarge"',
        '[jobs.train]\ninstance_type = "ml.p3.2xlarge"',
        r"jobs\.train\.instance_type: the GPUs of 'ml\.p3\.2xlarge' are too old for the CUDA of the image; .*",
    ),
    "stored lists of who is asked live": (
        "contestants.toml",
        'recommender = "als"',
        'recommender = "als"\nserving = "stored"',
        r"contestants\.2: .*the lists of a contestant of kind 'sagemaker' are not stored; leave serving out",
    ),
    "a live search whose problem type is left to AWS": (
        "contestants.toml",
        'features = "selected"\nfamily = "xgboost"',
        'features = "selected"',
        r"contestants\.18: .*has no rating to answer live; name a family, or store its lists",
    ),
    "two blends": (
        "contestants.toml",
        '[[contestants]]\nname = "blend"',
        '[[contestants]]\nname = "mixed"\ntitle = "m"\nkind = "blend"\nanswers = ["recommend"]\nneeds_history = false\n'
        'reacts_to_events = true\nlongest_list = 9\n\n[[contestants]]\nname = "blend"',
        r"\(file\): .*the front makes one blend of a run's lists; the catalogue has mixed, blend",
    ),
    "a name used twice": (
        "contestants.toml",
        'name = "content"',
        'name = "ease"',
        r"\(file\): .*names used twice: \['ease'\]; names in `demo` that are no contestants: \['content'\]",
    ),
    "a name that no service takes": (
        "contestants.toml",
        'name = "content"',
        'name = "Content_1"',
        r"contestants\.\d+\.name: String should match pattern .*",
    ),
    "a kind without what it needs": (
        "contestants.toml",
        'recipe = "aws-popularity-count"\n',
        "",
        r"contestants\.0: .*a contestant of kind 'personalize' needs recipe",
    ),
    "a recipe that AWS retired": (
        "contestants.toml",
        'recipe = "aws-popularity-count"\n',
        'recipe = "aws-hrnn-metadata"\n',
        r"contestants\.0: .*retired the recipe aws-hrnn-metadata; its successor is aws-user-personalization-v2",
    ),
    "a question that nobody asks": (
        "contestants.toml",
        '["recommend"]',
        '["recommend", "guess"]',
        r"contestants\.0\.answers\.1: .*",
    ),
    "a mapping that is not there": (
        "dev.toml",
        'mapping = "auto"',
        'mapping = "netflix"',
        r"prepare\.mapping: 'netflix' is no mapping; known: auto, movielens-atomic, movielens-imdb",
    ),
    "a mapping that no job has": (
        "dev.toml",
        'mapping = "auto"',
        'mapping = "mine.toml"',
        r"prepare\.mapping: String should match pattern .*",
    ),
    "no TOML": ("dev.toml", "[api]", "[api", r"not TOML: .*at line \d+.*"),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), SINGLE.values(), ids=SINGLE)
def test_a_fault_is_named_by_its_place(folder: Path, change: Change, file: str, old: str, new: str, said: str) -> None:
    change(file, old, new)
    [fault] = faults(folder, "local" if file == "local.toml" else "dev")
    assert re.fullmatch(said, fault), fault


def test_a_sagemaker_contestant_without_anything_names_all_it_needs(folder: Path, change: Change) -> None:
    change("contestants.toml", 'recommender = "ease"\nimage = "scikit-learn"\n', "")
    assert faults(folder) == [
        "contestants.1: Value error, a contestant of kind 'sagemaker' needs recommender and image"
    ]


def test_faults_between_files_are_named_together(folder: Path, change: Change) -> None:
    change("dev.toml", 'default_contestant = "auto"', 'default_contestant = "nobody"')
    change("contestants.toml", 'image = "scikit-learn"', 'image = "spark"')
    assert [fault.partition(":")[0] for fault in faults(folder)] == ["contestants.ease.image", "run.default_contestant"]


@pytest.mark.parametrize("name", ["my-dev", "Dev", "2nd", "an-environment-of-many-words", "seventeenletterss"])
def test_an_environment_whose_name_no_resource_can_carry_is_refused(folder: Path, name: str) -> None:
    """Its name begins every resource's: of two such as dev and dev-2, one would delete what is the other's."""
    shutil.copy(folder / "dev.toml", folder / f"{name}.toml")
    [fault] = faults(folder, name)
    assert fault == f"the file's name '{name}' must be a small letter, then up to 15 small letters or digits"


def test_one_deployment_may_have_another_engine_than_the_file_names() -> None:
    assert load_config("dev").prepare.engine == "duckdb"
    assert load_config("dev", engine="spark").prepare.engine == "spark"
    with pytest.raises(ConfigurationError, match="'hive' is no engine; there are duckdb, spark"):
        load_config("dev", engine="hive")


def test_a_configuration_does_not_change_once_it_is_read() -> None:
    config = load_config("dev")
    with pytest.raises(ValueError, match="frozen"):
        config.region = "us-east-1"


def test_the_jobs_settings_are_spelled_as_in_the_manifest() -> None:
    prepare = load_config("dev").prepare
    assert json.loads(json.dumps(prepare.job_settings())) == {
        "mapping": "auto",
        "maxHistory": 200,
        "maxTestUsers": 50_000,
        "maxRejectedShare": 0.05,
        "maxAutopilotRows": 5_000_000,
    }
    assert prepare.job_split() == {
        "strategy": "per_user_last_fraction",
        "test_fraction": 0.2,
        "validation_fraction": 0.1,
        "min_activity": 5,
        "seed": 42,
    }


def test_a_threshold_and_a_share_for_new_users_are_told_where_they_are_given(folder: Path, change: Change) -> None:
    change("dev.toml", "# liked_threshold = 3.5", "liked_threshold = 3.5")
    change("dev.toml", '"per_user_last_fraction"', '"new_users"')
    change("dev.toml", "seed = 42", "seed = 42\nheld_out_fraction = 0.3")
    prepare = load_config("dev", folder).prepare
    assert prepare.job_settings()["likedThreshold"] == 3.5
    assert (prepare.job_split()["strategy"], prepare.job_split()["held_out_fraction"]) == ("new_users", 0.3)


def test_the_longest_settings_fit_into_a_jobs_variables() -> None:
    """A processing job takes 256 characters a variable; the data set's name has what is left."""
    prepare = load_config("dev").prepare
    longest = {
        "mapping": "m" * 40,
        "liked_threshold": -12345.678,
        "max_history": 5_000,
        "max_test_users": 10_000_000,
        "max_rejected_share": 0.0001,
        "max_autopilot_rows": 100_000_000,
    }
    settings = {**prepare.model_copy(update=longest).job_settings(), "dataset": "d" * 60}
    assert len(json.dumps(settings, separators=(",", ":"))) <= LONGEST_VARIABLE
    fractions = dict.fromkeys(("test_fraction", "validation_fraction", "held_out_fraction"), 0.123456789)
    split = prepare.split.model_copy(update={**fractions, "min_activity": 1_000_000, "seed": 2**63 - 1})
    text = json.dumps(prepare.model_copy(update={"split": split}).job_split(), separators=(",", ":"))
    assert len(text) <= LONGEST_VARIABLE


STRATEGIES = ("per_user_last_fraction", "leave_last_out", "global_time", "new_users")
FRACTIONS = [(0.2, 0.1, 5), (0.6, 0.4, 5), (0.7, 0.1, 5), (0.1, 0.5, 3), (0.5, 0.2, 4), (0.34, 0.1, 3)]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("test", "validation", "min_activity"), FRACTIONS)
def test_the_configuration_refuses_the_splits_that_the_preparation_refuses(
    strategy: str, test: float, validation: float, min_activity: int
) -> None:
    told: dict[str, Any] = {"strategy": strategy, "test_fraction": test, "validation_fraction": validation}
    told |= {"min_activity": min_activity, "seed": 1}
    settings = SplitSettings(**told)
    assert KNOWN_STRATEGIES == STRATEGIES
    if settings.faults():
        with pytest.raises(ValidationError, match="leave nothing to train on"):
            Split(**told)
    else:
        assert SplitSettings(**Split(**told).model_dump(exclude_none=True)) == settings


PRICES: dict[str, tuple[str, str, str]] = {
    "a price of nothing": (
        '"price": 0.2,',
        '"price": 0,',
        r"regions\.us-east-1\.\d+\.price: Input should be greater.*",
    ),
    "a key that is none": (
        '"s3.storage"',
        '"s3.glacier"',
        r"regions\.us-east-1\.\d+: .*'s3\.glacier' is no key of a price; bakeoff/pricing/keys\.py has them",
    ),
    "another unit": (
        '"unit": "DPU-hour"',
        '"unit": "DPU-minute"',
        r"regions\.us-east-1\.\d+: .*the price of 'glue\.dpu' is for one DPU-hour, not for one DPU-minute",
    ),
    "no date": ('"date": "2026-11-27"', '"date": "lately"', r"regions\.eu-west-1\.0\.date: .*"),
    "another currency": ('"currency": "USD"', '"currency": "EUR"', r"currency: Input should be 'USD'"),
    "no JSON": ('"currency"', "currency", r"not JSON: .*"),
}


@pytest.mark.parametrize(("old", "new", "said"), PRICES.values(), ids=PRICES)
def test_a_fault_of_the_price_table_is_named_by_its_place(
    folder: Path, change: Change, old: str, new: str, said: str
) -> None:
    change("prices.json", old, new)
    [fault] = faults(folder, "local")
    assert re.fullmatch(said, fault), fault


def test_a_key_stands_once_in_a_region(folder: Path) -> None:
    value = json.loads((folder / "prices.json").read_text())
    value["regions"]["us-east-1"] += value["regions"]["us-east-1"][:1]
    (folder / "prices.json").write_text(json.dumps(value))
    [fault] = faults(folder, "local")
    assert fault == "(file): Value error, keys used twice in us-east-1: apigateway.rest.requests"


def test_all_faults_of_the_price_table_are_named_at_once(folder: Path, change: Change) -> None:
    change("prices.json", '"price": 0.2,', '"price": -1,')
    change("prices.json", '"unit": "DPU-hour"', '"unit": "DPU-minute"')
    assert len(faults(folder, "local")) == 2


def test_a_deployment_tells_the_costs_what_they_depend_on() -> None:
    config = load_config("prod")
    assert json.loads(json.dumps(config.deployment())) == {
        "training": {"instanceType": "ml.m5.xlarge"},
        "lists": {"instanceType": "ml.m5.xlarge"},
        "serving": {"mode": "instance", "memoryMb": 3072, "instanceType": "ml.m5.large", "maxConcurrency": 50},
        "front": {"memoryMb": 1024},
    }


def test_the_prices_of_a_deployment_are_those_of_its_region_that_it_needs() -> None:
    config = load_config("local")
    table = PriceTable.from_json(json.loads(json.dumps(config.price_table())))
    assert table.region == "us-east-1"
    assert set(table.rows) < set(config.prices.rows)
    assert "sagemaker.hosting.ml.m5.large" in table.rows
    assert "sagemaker.serverless.6144mb" not in table.rows


def test_no_price_is_called_verified_that_the_price_list_did_not_give() -> None:
    for region, rows in read_price_file().regions.items():
        for row in rows:
            assert row.verified is row.source.startswith("AWS Price List API"), f"{region} {row.key}"


def test_a_region_of_which_no_price_is_known_has_an_empty_table() -> None:
    table = load_prices("ap-south-1")
    assert (table.region, table.currency, dict(table.rows)) == ("ap-south-1", "USD", {})


def test_another_split_is_the_main_one_but_for_its_strategy(folder: Path, change: Change) -> None:
    change("dev.toml", 'compare_splits = ["global_time"]', 'compare_splits = ["global_time", "new_users"]')
    config = load_config("dev", folder)
    main = config.prepare.job_split()
    assert config.other_splits() == {
        "global_time": {**main, "strategy": "global_time"},
        "new_users": {**main, "strategy": "new_users"},
    }


def test_other_splits_can_be_switched_off(folder: Path, change: Change) -> None:
    change("dev.toml", 'compare_splits = ["global_time"]', "compare_splits = []")
    assert load_config("dev", folder).other_splits() == {}


def test_other_splits_are_others_each_once_and_leave_something_to_train_on(folder: Path, change: Change) -> None:
    change("dev.toml", 'strategy = "per_user_last_fraction"', 'strategy = "leave_last_out"')
    change("dev.toml", "test_fraction = 0.2", "test_fraction = 0.95")
    change("dev.toml", '["global_time"]', '["leave_last_out", "global_time", "global_time"]')
    found = faults(folder)
    assert found[:2] == [
        "run.compare_splits: 'global_time' stands there twice",
        "run.compare_splits: 'leave_last_out' is the main split (prepare.split.strategy); name others, or none",
    ]
    assert "run.compare_splits: global_time: " in found[2]
    assert "leave nothing to train on" in found[2]
    assert len(found) == 3


def test_a_strategy_that_is_none_cannot_be_compared_on(folder: Path, change: Change) -> None:
    change("dev.toml", '["global_time"]', '["by_weekday"]')
    [fault] = faults(folder)
    assert fault.startswith("run.compare_splits.0: Input should be 'per_user_last_fraction'")


def test_the_gate_takes_the_metrics_that_contestants_are_tested_on_and_no_other(folder: Path, change: Change) -> None:
    assert load_config("dev").gate.rules() == {
        "metric": "ndcg@10",
        "maxCoverageLoss": 0.1,
        "maxLatencyIncrease": 0.5,
        "maxCostIncrease": 0.5,
        "requestsPerMonth": 1_000_000,
    }
    before = "ndcg@10"
    for metric in TESTED:
        change("dev.toml", f'metric = "{before}"', f'metric = "{metric}"')
        assert load_config("dev", folder).gate.metric == metric
        before = metric
    change("dev.toml", f'metric = "{before}"', 'metric = "coverage@10"')
    assert any(fault.startswith("gate.metric: ") for fault in faults(folder))


def test_the_gate_compares_costs_at_a_level_for_which_they_are_worked_out() -> None:
    assert get_args(Gate.model_fields["requests_per_month"].annotation) == LEVELS


def test_a_laptops_seconds_are_told_from_those_of_aws() -> None:
    assert load_config("local").measured_on == {"laptop": True, "words": "a laptop's local cloud"}
    assert load_config("dev").measured_on == {"laptop": False, "words": f"AWS, {load_config('dev').region}"}


def test_places_differ_by_what_makes_endpoints_fast(folder: Path, change: Change) -> None:
    places = [load_config("dev", folder).serving.place]
    for old, new in (("memory_mb = 3072", "memory_mb = 4096"), ('mode = "serverless"', 'mode = "instance"')):
        change("dev.toml", old, new)
        places.append(load_config("dev", folder).serving.place)
    assert places == ["serverless, 3072 MB", "serverless, 4096 MB", "instance, ml.m5.large"]
