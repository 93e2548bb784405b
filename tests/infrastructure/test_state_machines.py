"""The state machines: they parse, hang together, read like the design, and speak JSONata that compiles."""

import json
import re
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from jsonata import Jsonata  # type: ignore[import-untyped]

from bakeoff.config import TrainJob, load_config
from bakeoff.evaluation.statistics.bootstrap import Estimate
from bakeoff.pricing.table import PriceTable
from bakeoff.training.run import describe_validation
from stacks.workflow.asl import LONGEST_REASON, reason_of
from stacks.workflow.planning import plan_run
from stacks.workflow.sagemaker_contestant import METRICS, capacity
from tests.support.synthesized import Machine, Scope, Synthesized, expressions, ways_on

MACHINES = ["autopilot-contestant", "personalize-contestant", "run", "sagemaker-contestant"]
# Fields of the older query language, which a JSONata state refuses.
JSONPATH_FIELDS = {"InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "ItemsPath", "SecondsPath"}
VARIABLE = re.compile(r"\$([a-z]\w*)\b(?!\s*\()", re.IGNORECASE)
LONGEST_STATE_NAME = 80  # Amazon States Language
LARGEST_DEFINITION = 1024 * 1024  # bytes; Step Functions' quotas


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest, synthesized: Synthesized) -> Machine:
    """Every machine of every environment."""
    return synthesized.machines()[request.param]


def test_there_is_a_machine_for_the_run_and_for_each_kind_of_contestant(synthesized: Synthesized) -> None:
    assert sorted(synthesized.machines()) == MACHINES
    kinds = {contestant.kind for contestant in load_config(synthesized.environment).contestants} - {"blend"}
    assert {f"{kind}-contestant" for kind in kinds} <= set(MACHINES)


def test_every_state_is_reached_and_leads_to_states_that_are_there(machine: Machine) -> None:
    for scope in machine.scopes():
        assert scope.start in scope.states
        reached, waiting = set(), [scope.start]
        while waiting:
            name = waiting.pop()
            reached.add(name)
            assert set(ways_on(scope.states[name])) <= set(scope.states), name
            waiting += [one for one in ways_on(scope.states[name]) if one not in reached]
        assert reached == set(scope.states), scope.name


def test_every_state_ends_or_goes_on_and_a_choice_always_finds_a_way(machine: Machine) -> None:
    for name, state in machine.states():
        assert len(name) <= LONGEST_STATE_NAME
        if state["Type"] == "Choice":
            assert state["Choices"], name
            assert "Default" in state, name
            assert not {"Next", "End"} & state.keys(), name
        elif state["Type"] in ("Fail", "Succeed"):
            assert not {"Next", "End"} & state.keys(), name
        else:
            assert ("Next" in state) != (state.get("End") is True), name


def test_a_name_of_a_state_counts_once_in_a_whole_machine(machine: Machine) -> None:
    """Inside of Maps too: Step Functions refuses the definition with DUPLICATE_STATE_NAME."""
    names = [name for name, _ in machine.states()]
    assert sorted(set(names)) == sorted(names)


def test_every_machine_can_end(machine: Machine) -> None:
    for scope in machine.scopes():
        assert any(one.get("End") or one["Type"] in ("Fail", "Succeed") for one in scope.states.values())


def test_everything_is_jsonata(machine: Machine) -> None:
    assert machine.definition["QueryLanguage"] == "JSONata"
    for name, state in machine.states():
        assert not JSONPATH_FIELDS & state.keys(), name
        assert not any(key.endswith(".$") for key in json.dumps(state).split('"')), name


def test_every_expression_compiles(machine: Machine) -> None:
    found = [one for _, state in machine.states() for one in expressions(state)]
    assert found
    for one in found:
        Jsonata(re.sub(r"\$\{[\w.:]+\}", "x", one))  # what CloudFormation fills in is no JSONata


def assigned(scope: Scope) -> set[str]:
    """The variables that the states of a scope set, by themselves or on the way out of a failure."""
    return {
        name
        for state in scope.states.values()
        for part in [state, *state.get("Catch", [])]
        for name in part.get("Assign", {})
    }


def test_a_variable_is_set_by_some_state_before_it_can_be_read(machine: Machine) -> None:
    for scope in machine.scopes():
        known, outer = assigned(scope), scope.outer
        while outer is not None:
            known |= assigned(outer)
            outer = outer.outer
        for name, state in scope.states.items():
            own = {key: value for key, value in state.items() if key != "ItemProcessor"}
            for one in expressions(own):
                local = set(re.findall(r"\$(\w+)\s*:=", one))
                local |= {name for given in re.findall(r"function\(([^)]*)\)", one) for name in VARIABLE.findall(given)}
                read = set(VARIABLE.findall(re.sub(r"'[^']*'|\"[^\"]*\"|\$\{[\w.:]+\}", "''", one)))
                assert read - {"states"} - local <= known, f"{name}: {one}"


def test_a_variable_of_a_map_has_no_namesake_around_it(machine: Machine) -> None:
    """Step Functions refuses it: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html"""
    for scope in machine.scopes():
        if scope.outer is not None:
            assert not assigned(scope) & assigned(scope.outer), scope.name


def test_every_machine_ends_some_day_and_fits(machine: Machine) -> None:
    assert 3600 <= machine.definition["TimeoutSeconds"] <= 31_536_000
    assert len(json.dumps(machine.definition)) <= LARGEST_DEFINITION


def test_the_run_reads_like_the_design(synthesized: Synthesized) -> None:
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    stages = [
        "Prepare data",
        "Load items and histories",
        "Write candidates",
        "Contestants",
        "Evaluate",
        "Other splits",
        "Stage endpoints",
        "Measure latency",
        "Gate",
        "Switch",
        "Keep current",
        "Close the comparison",
        "Publish report",
        "Write report",
        "Release what does not serve",
    ]
    assert [name for name in top.states if name in stages] == stages


def test_whatever_fails_in_a_run_is_published_released_and_told(synthesized: Synthesized) -> None:
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    after = ["Publish failure", "Release after failure", "Remove data of the failed run", "Run failed"]
    assert list(top.states)[-4:] == after
    # A report that is out already is not written over: the run was compared, and serves or not, as it says.
    after_report = {
        "Release what does not serve": "Release after failure",
        "Remove data that does not serve": "Remove data of the failed run",
    }
    for name, state in top.states.items():
        if name == "Write candidates":
            assert [one["Next"] for one in state["Catch"]] == ["Contestants"], "who needs none goes on"
        elif state["Type"] in ("Task", "Map") and name not in (*after, "Write report"):
            [caught] = state["Catch"]
            following = after_report.get(name, "Publish failure")
            assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], following), name
            assert caught["Assign"] == {"problem": "{% $states.errorOutput %}"}, name
    for name, following in pairwise(after):
        assert top.states[name]["Next"] == following
        [caught] = top.states[name]["Catch"]
        assert caught["ErrorEquals"] == ["States.ALL"]
        assert caught["Next"] in after[after.index(name) + 1 :], "a failed run never goes back"


def test_only_the_switch_makes_a_run_serve(synthesized: Synthesized) -> None:
    writers = [
        (kind, name)
        for kind, machine in synthesized.machines().items()
        for name, state in machine.states()
        if "putParameter" in state.get("Resource", "")
    ]
    assert writers == [("run", "Switch")]
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    before = [name for name, state in top.states.items() if "Switch" in ways_on(state)]
    assert before == ["Promote?"]
    switch = top.states["Switch"]["Arguments"]
    assert switch == {
        "Name": f"/{synthesized.prefix}/promoted-run",
        "Value": "{% $servingRun %}",
        "Type": "String",
        "Overwrite": True,
    }


def test_the_report_of_a_run_that_fails_after_the_switch_says_that_it_serves(synthesized: Synthesized) -> None:
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    setting = {
        name: one["Assign"]["switched"] for name, one in top.states.items() if "switched" in one.get("Assign", {})
    }
    assert setting == {"Begin": "{% false %}", "Switch": True}
    published = Jsonata(top.states["Publish failure"]["Arguments"]["Payload"]["decision"][3:-3])
    told = Jsonata(top.states["Run failed"]["Cause"][3:-3])
    for switched in (False, True):
        for one in (published, told):
            one.assign("switched", switched)
            one.assign("problem", {"Error": "Bakeoff", "Cause": "No prices."})
        assert published.evaluate(None) == {"promote": switched, "failed": True, "reason": "No prices."}
        serves = "It serves all the same; what came after the switch failed. " if switched else ""
        assert told.evaluate(None) == f"{serves}No prices."


def test_what_served_is_released_only_when_no_front_asks_it_any_more(synthesized: Synthesized) -> None:
    states = dict(synthesized.machines()["run"].states())
    [choice] = states["Was there a switch?"]["Choices"]
    assert choice["Next"] == "Let the front follow"
    replaced = Jsonata(choice["Condition"][3:-3])
    for switched, former, waits in ((True, "run-1", True), (True, None, False), (False, "run-1", False)):
        replaced.assign("switched", switched)
        replaced.assign("decision", {"formerRunId": former})
        assert bool(replaced.evaluate(None)) is waits
    wait = states["Let the front follow"]
    front = synthesized.functions()["get_recommendations"]["Properties"]["Environment"]["Variables"]
    assert wait["Seconds"] * 1000 >= int(front["RUN_CACHE_SECONDS"]) * 1000 + int(front["BUDGET_MS"])
    assert wait["Next"] == "Release what does not serve"
    ways = {name for name, state in states.items() if "Release what does not serve" in ways_on(state)}
    assert ways == {"Was there a switch?", "Let the front follow"}, "whether its page could be written or not"


def test_the_switch_is_tried_again_where_ssm_does_not_answer(synthesized: Synthesized) -> None:
    [again] = dict(synthesized.machines()["run"].states())["Switch"]["Retry"]
    assert (again["ErrorEquals"], again["MaxAttempts"]) == (["States.TaskFailed"], 5)


def test_what_serves_is_the_run_itself_or_the_former_one_that_it_restores(synthesized: Synthesized) -> None:
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    asked = {name: one.strip("{% }") for name, one in top.states["Begin"]["Assign"].items()}
    context = {"states": {"context": {"Execution": {"Name": "run-2"}}, "input": {}}}

    def evaluated(name: str, **given: Any) -> Any:
        context["states"]["input"] = given
        expression = Jsonata(asked[name])
        expression.assign("states", context["states"])
        return expression.evaluate(None)

    assert (evaluated("servingRun"), evaluated("servingRun", restore="run-1")) == ("run-2", "run-1")
    assert evaluated("servingRun", restore=None) == "run-2", "hours later the switch would fail on null"
    assert evaluated("askedDefault", default=None) == "auto"
    assert (evaluated("restore"), evaluated("restore", restore="run-1")) == (None, "run-1")
    assert (evaluated("askedDefault"), evaluated("askedDefault", default="ease")) == ("auto", "ease")
    assert [evaluated("byPerson"), evaluated("byPerson", promote=False)] == [False, False]
    assert evaluated("byPerson", promote=True) is True


def test_a_restoration_neither_prepares_nor_trains_nor_evaluates(synthesized: Synthesized) -> None:
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    reached, name = [], "Plan the restoration"
    while name != "Stage endpoints":
        reached.append(name)
        state = top.states[name]
        ways = [one["Next"] for one in state.get("Choices", []) if "$restore" in one["Condition"]]
        name = (ways or [state.get("Next") or state["Default"]])[0]
    assert reached == [
        "Plan the restoration",
        "Look for items and histories",
        "Loaded already?",
        "Load items and histories",
        "Note that they are loaded",
        "Trained already?",
    ]


STOPPED = {"ExecutionArn": "arn:run-1-ease", "Name": "run-1-ease", "Input": "{}", "Status": "ABORTED"}


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ({"Error": "States.Timeout"}, "States.Timeout"),
        ({"Error": "E", "Cause": "In words."}, "In words."),
        ({"Error": "E", "Cause": json.dumps(STOPPED)}, "The execution run-1-ease ended as ABORTED."),
        ({"Error": "E", "Cause": json.dumps({**STOPPED, "Cause": "By a person."})}, "By a person."),
    ],
)
def test_what_went_wrong_is_said_in_words_also_where_nobody_said_why(problem: dict[str, Any], said: str) -> None:
    jsonata = Jsonata(reason_of("problem"))
    jsonata.register_lambda("parse", json.loads)
    assert jsonata.evaluate({"problem": problem}) == said


def test_of_the_reasons_that_a_run_gathers_each_has_its_beginning_only(synthesized: Synthesized) -> None:
    """Fields of 25 contestants travel in one payload, of 256 KB at the most."""
    states = dict(synthesized.machines()["run"].states())
    catching = ("Train and write lists", "Compare on another split", "Ask one backend")
    gathered = [states[name]["Catch"][0]["Output"]["reason"] for name in catching]
    gathered.append(states["Refused"]["Output"]["reason"])
    for one in gathered:
        jsonata = Jsonata(one[3:-3])
        problem = {"Error": "E", "Cause": "x" * 32_768}
        jsonata.assign("refusal", problem)
        jsonata.assign("states", {"errorOutput": problem})
        assert jsonata.evaluate(None) == "x" * LONGEST_REASON


def test_a_contestant_that_fails_is_recorded_and_the_others_go_on(synthesized: Synthesized) -> None:
    [inner] = [scope for scope in synthesized.machines()["run"].scopes() if scope.name == "Contestants"]
    [caught] = inner.states["Train and write lists"]["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "Record failure")
    assert set(caught["Output"]) == {"name", "status", "reason"}
    assert inner.states["Record failure"]["End"] is True


def test_a_backend_that_cannot_be_asked_drops_out_and_the_others_go_on(synthesized: Synthesized) -> None:
    [inner] = [scope for scope in synthesized.machines()["run"].scopes() if scope.name == "Measure latency"]
    [caught] = inner.states["Ask one backend"]["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "Record no answer")
    assert set(caught["Output"]) == {"name", "n", "errors", "reason"}
    assert (caught["Output"]["n"], caught["Output"]["errors"]) == (0, {})
    assert inner.states["Record no answer"]["End"] is True


def test_other_splits_are_compared_by_the_same_machine_one_after_the_other_and_may_fail(
    synthesized: Synthesized,
) -> None:
    config = load_config(synthesized.environment)
    scopes = {scope.name: scope for scope in synthesized.machines()["run"].scopes()}
    [top] = [scope for scope in scopes.values() if scope.outer is None]
    assert top.states["Other splits"]["MaxConcurrency"] == 1
    compare = scopes["Other splits"].states["Compare on another split"]
    assert compare["Arguments"]["Input"] == {
        "dataset": "{% $plan.dataset %}",
        "contestants": "{% [$lists.contestants[status = 'ok'].name] %}",
        "split": "{% $states.input.strategy %}",
        "onlyCompare": True,
    }
    [caught] = compare["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "Record failed comparison")
    assert set(caught["Output"]) == set(compare["Output"]) == {"strategy", "runId", "status", "evaluationKey", "reason"}
    assert scopes["Other splits"].states["Record failed comparison"]["End"] is True
    payload = top.states["Plan the run"]["Arguments"]["Payload"]
    assert payload["preparation"]["otherSplits"] == config.other_splits()
    assert payload["input"] == "{% $states.input %}"


def test_a_run_that_only_compares_stages_measures_and_promotes_nothing(synthesized: Synthesized) -> None:
    """From its fork on, no state of a run that may serve can be reached."""
    [top] = [scope for scope in synthesized.machines()["run"].scopes() if scope.outer is None]
    [fork] = top.states["Only to compare?"]["Choices"]
    assert fork == {"Condition": "{% $onlyCompare %}", "Next": "Close the comparison"}
    assert top.states["Begin"]["Assign"]["onlyCompare"] == "{% $states.input.onlyCompare = true %}"
    reached, waiting = set(), ["Close the comparison"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += [one for one in ways_on(top.states[name]) if one not in reached]
    assert not reached & {"Other splits", "Stage endpoints", "Measure latency", "Gate", "Switch"}
    for name in ("Release what does not serve", "Release after failure", "Plan the contestants"):
        assert top.states[name]["Arguments"]["Payload"]["onlyCompare"] == "{% $onlyCompare %}"


@pytest.mark.parametrize("kind", ["sagemaker-contestant", "personalize-contestant"])
def test_what_serves_is_asked_and_never_trained_nor_made(synthesized: Synthesized, kind: str) -> None:
    [scope] = synthesized.machines()[kind].scopes()
    asked = scope.states["Only asked?"]["Choices"]
    assert [(one["Condition"], one["Next"]) for one in asked] == [("{% $spec.asked != null %}", "Take what serves")]
    reached, waiting = set(), ["Take what serves"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        gone = [one["Next"] for one in scope.states[name].get("Choices", []) if "$spec.asked" in one["Condition"]]
        # Where a choice tells an asked one apart, it never takes the way of the others.
        ways = [*ways_on(scope.states[name])]
        ways = [way for way in ways if way != scope.states[name].get("Default")] if gone else ways
        waiting += [way for way in ways if way not in reached]
    calls = {scope.states[name].get("Resource", "").rpartition(":::")[2] for name in reached}
    made = {one for one in calls if "create" in one}
    assert (
        made
        == {
            "sagemaker-contestant": {"sagemaker:createTransformJob.sync"},
            "personalize-contestant": {"aws-sdk:personalize:createBatchInferenceJob"},
        }[kind]
    )


def test_the_evaluation_has_what_the_incumbent_learnt_from(synthesized: Synthesized) -> None:
    evaluate = dict(synthesized.machines()["run"].states())["Evaluate"]["Arguments"]
    [given] = [one for one in evaluate["ProcessingInputs"] if one["InputName"] == "incumbent"]
    assert given["S3Input"]["S3Uri"] == "{% $order.learntUri %}"
    assert evaluate["Environment"]["INCUMBENT_DIR"] == given["S3Input"]["LocalPath"]


def test_the_evaluation_has_what_trainings_left_beside_their_models(synthesized: Synthesized) -> None:
    evaluate = dict(synthesized.machines()["run"].states())["Evaluate"]["Arguments"]
    [given] = [one for one in evaluate["ProcessingInputs"] if one["InputName"] == "curves"]
    assert (given["S3Input"]["S3Uri"], given["S3Input"]["S3DataType"]) == ("{% $lists.curvesUri %}", "ManifestFile")
    assert evaluate["Environment"]["CURVES_DIR"] == given["S3Input"]["LocalPath"]


def test_every_call_of_a_staged_backend_is_one_contestants_outcome_only(synthesized: Synthesized) -> None:
    [inner] = [scope for scope in synthesized.machines()["run"].scopes() if scope.name == "Stage endpoints"]
    for name, state in inner.states.items():
        assert state["Type"] != "Fail", name
        if state["Type"] in ("Task", "Map"):
            assert ["States.ALL"] in [way["ErrorEquals"] for way in state["Catch"]], name


def test_every_contestant_of_the_catalogue_goes_along_with_all_it_needs(synthesized: Synthesized) -> None:
    config = load_config(synthesized.environment)
    tasks = dict(synthesized.machines()["run"].states())
    payload = tasks["Plan the run"]["Arguments"]["Payload"]
    catalogue = {entry["name"]: entry for entry in payload["catalogue"]}
    assert list(catalogue) == [one.name for one in config.contestants]
    of_kind = ("recipe", "features", "family", "serving")
    for one in config.contestants:
        entry = catalogue[one.name]
        if one.kind == "sagemaker":
            assert entry["image_uri"] == config.training_image(one) == config.images[str(one.image)]
            assert re.fullmatch(r"[0-9a-f]{12}", entry["source_hash"]), f"there is no recommender '{one.recommender}'"
        else:
            assert [entry.get(key) for key in of_kind] == [getattr(one, key) for key in of_kind]
    assert payload["preparation"]["settings"] == config.prepare.job_settings()
    assert payload["preparation"]["split"] == config.prepare.job_split()
    assert all(f'"{name}"' in payload["contestants"] for name in config.demo)


def test_on_a_machine_with_gpus_torch_trains_on_its_image_and_nothing_else_changes() -> None:
    def addresses(instance: str) -> dict[str, str]:
        config = load_config("dev")
        train = config.jobs.train.model_copy(update={"instance_type": instance})
        config = config.model_copy(update={"jobs": config.jobs.model_copy(update={"train": train})})
        resources: Any = SimpleNamespace(config=config, recommender_hashes={}, prepare=SimpleNamespace(hash="h"))
        functions: Any = SimpleNamespace(plan_run="arn")
        catalogue = plan_run(resources, functions)["Arguments"]["Payload"]["catalogue"]
        return {entry["name"]: entry["image_uri"] for entry in catalogue}

    plain, with_gpus = addresses("ml.m5.xlarge"), addresses("ml.g5.12xlarge")
    changed = {name: address for name, address in with_gpus.items() if address != plain[name]}
    torch = [one.name for one in load_config("dev").contestants if one.image == "pytorch"]
    assert list(changed) == torch
    assert all("/pytorch:" in address and "-cu1" in address for address in changed.values())


def arguments_of(machine: Machine, call: str) -> list[dict[str, Any]]:
    return [arguments for resource, arguments in machine.tasks() if resource == f"aws-sdk:personalize:{call}"]


def test_personalize_never_trains_by_itself_and_only_on_the_split(synthesized: Synthesized) -> None:
    of_items, solution = arguments_of(synthesized.machines()["personalize-contestant"], "createSolution")
    for one in (of_items, solution):
        assert one["PerformAutoTraining"] is False, "it would bill every seven days"
        assert one["SolutionConfig"] == "{% $spec.solutionConfig %}"
    assert solution["EventType"] == "{% $spec.eventType %}"
    assert of_items["PerformIncrementalUpdate"] is False, "each would bill"
    assert "EventType" not in of_items, "it learns from no interactions"


def test_nothing_of_personalize_costs_money_before_recipe_and_hyper_parameters_are_known(
    synthesized: Synthesized,
) -> None:
    [scope] = synthesized.machines()["personalize-contestant"].scopes()
    reached, waiting = [], ["Look up the recipe"]
    while waiting:
        name = waiting.pop()
        reached.append(name)
        ways = [way for way in ways_on(scope.states[name]) if not way.startswith("Create the solution")]
        waiting += [way for way in ways if way not in reached]
    assert set(reached) == {
        "Look up the recipe",
        "Hyper-parameters set?",
        "Look up the algorithm",
        "Hyper-parameters known?",
        "Hyper-parameters unknown",
        "Learns from items?",
    }


@pytest.mark.parametrize(("asked", "unknown"), [([], []), (["bptt"], []), (["bptt", "depth"], ["depth"])])
def test_hyper_parameters_that_the_algorithm_does_not_list_are_found(
    synthesized: Synthesized, asked: list[str], unknown: list[str]
) -> None:
    look = dict(synthesized.machines()["personalize-contestant"].states())["Look up the algorithm"]
    jsonata = Jsonata(look["Output"]["unknown"][3:-3])
    jsonata.assign("spec", {"hyperParameters": asked})
    jsonata.assign("states", {"result": {"Algorithm": {"DefaultHyperParameters": {"bptt": "32", "width": "8"}}}})
    assert jsonata.evaluate(None) == unknown


WANTED = {"name": "bakeoff-items-1"}


@pytest.mark.parametrize(
    ("found", "wanted", "following"),
    [
        ([], WANTED, "Create the items schema"),
        ([], {"name": None}, "Look for the users dataset"),
        ([{"DatasetType": "USERS", "Name": "bakeoff-items-1", "Status": "ACTIVE"}], WANTED, "Create the items schema"),
        ([{"DatasetType": "Items", "Name": "bakeoff-items-1", "Status": "ACTIVE"}], WANTED, "Begin to wait for items"),
        ([{"DatasetType": "ITEMS", "Name": "bakeoff-items-2", "Status": "ACTIVE"}], WANTED, "Delete the items dataset"),
        ([{"DatasetType": "ITEMS", "Name": "bakeoff-items-2", "Status": "ACTIVE"}], {"name": None}, "Delete the items"),
        (
            [{"DatasetType": "ITEMS", "Name": "bakeoff-items-1", "Status": "DELETE PENDING"}],
            WANTED,
            "Wait for the items",
        ),
        (
            [{"DatasetType": "ITEMS", "Name": "bakeoff-items-1", "Status": "CREATE FAILED"}],
            WANTED,
            "Delete the items dataset",
        ),
    ],
)
def test_a_dataset_of_other_data_goes_before_that_of_this_data_comes(
    synthesized: Synthesized, found: list[dict[str, str]], wanted: dict[str, Any], following: str
) -> None:
    states = dict(synthesized.machines()["personalize-contestant"].states())

    def evaluated(text: str, **states_of: Any) -> Any:
        jsonata = Jsonata(text[3:-3])
        jsonata.assign("spec", {"metadata": {"items": wanted}})
        jsonata.assign("states", states_of)
        return jsonata.evaluate(None)

    look = states["Look for the items dataset"]["Output"]
    seen = {name: evaluated(text, result={"Datasets": found}) for name, text in look.items()}
    chosen = states["Which items dataset?"]
    ways = [one["Next"] for one in chosen["Choices"] if evaluated(one["Condition"], input=seen)]
    assert [*ways, chosen["Default"]][0].startswith(following)


def test_contestants_of_one_group_share_a_runs_imports(synthesized: Synthesized) -> None:
    """A job is named by what it imports; who finds the name taken waits for the job."""
    machine = synthesized.machines()["personalize-contestant"]
    names = [one["JobName"] for one in arguments_of(machine, "createDatasetImportJob")]
    assert names == [
        "{% $spec.importName %}",
        "{% $spec.metadata.items.importName %}",
        "{% $spec.metadata.users.importName %}",
    ]
    states = dict(machine.states())
    for what in ("interactions", "items", "users"):
        [taken] = states[f"Import {what}"]["Catch"]
        assert taken["ErrorEquals"] == ["Personalize.ResourceAlreadyExistsException"]
        assert taken["Next"] == states[f"Import {what}"]["Next"] == f"Begin to wait for import of {what}"


def test_a_campaign_is_provisioned_with_the_least(synthesized: Synthesized) -> None:
    [campaign] = arguments_of(synthesized.machines()["run"], "createCampaign")
    assert campaign.keys() == {"Name", "SolutionVersionArn", "MinProvisionedTPS", "Tags"}
    assert campaign["MinProvisionedTPS"] == 1, "more bills more, and the costs are worked out with 1"


def test_no_container_reaches_the_network(synthesized: Synthesized) -> None:
    for machine in synthesized.machines().values():
        for resource, arguments in machine.tasks():
            if resource == "sagemaker:createTrainingJob.sync":
                assert arguments["EnableNetworkIsolation"] is True
            if resource == "sagemaker:createProcessingJob.sync":
                assert arguments["NetworkConfig"] == {"EnableNetworkIsolation": True}


def test_an_interrupted_training_is_taken_up_by_the_next_of_the_same_model(synthesized: Synthesized) -> None:
    [training] = [
        arguments
        for resource, arguments in synthesized.machines()["sagemaker-contestant"].tasks()
        if resource == "sagemaker:createTrainingJob.sync"
    ]
    kept = training["CheckpointConfig"]
    assert kept["LocalPath"] == "/opt/ml/checkpoints"
    assert kept["S3Uri"].endswith("/checkpoints/' & $spec.resourceName & '/' %}")
    assert "EnableManagedSpotTraining" not in training
    assert "MaxWaitTimeInSeconds" not in training["StoppingCondition"]


def test_spot_capacity_is_one_setting() -> None:
    job = TrainJob(instance_type="ml.m5.xlarge", max_runtime_seconds=600, spot_wait_seconds=900)
    assert capacity(job) == {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 1500},
    }


def test_what_a_run_makes_is_tagged_with_it(synthesized: Synthesized) -> None:
    made = [
        (resource, arguments.get("Tags"))
        for machine in synthesized.machines().values()
        for resource, arguments in machine.tasks()
        if resource.removeprefix("aws-sdk:").split(":")[0] in ("sagemaker", "personalize")
        and ":create" in resource
        and not resource.endswith(":createSchema")  # the one of them that takes no tags
    ]
    assert len(made) == (24 if synthesized.engine == "spark" else 25), "the Glue job is of the stack"
    for resource, tags in made:
        assert tags is not None, resource
        keys = {tag.get("Key") or tag["TagKey"] for tag in tags}
        assert keys == {"bakeoff:environment", "bakeoff:run"}, resource


def test_sagemaker_reads_the_metrics_that_the_training_job_prints() -> None:
    estimates = {name: Estimate(value=0.1234, low=0.12, high=0.13, n=943) for name in ("ndcg@10", "ndcg@100")}
    line = describe_validation(estimates)
    read = {name: match[1] for name, regex in METRICS.items() if (match := re.search(regex, line))}
    assert read == {
        "validation:ndcg@10": "0.1234",
        "validation:ndcg@10:low": "0.1200",
        "validation:ndcg@10:high": "0.1300",
        "validation:n": "943",
    }


def test_gate_and_report_are_given_what_costs_and_grades_are_computed_from_to_the_last_key(
    synthesized: Synthesized,
) -> None:
    config = load_config(synthesized.environment)
    states = dict(synthesized.machines()["run"].states())
    money = {"measuredOn": config.measured_on, "deployment": config.deployment()}
    for name in ("Gate", "Publish report", "Publish failure"):
        payload = states[name]["Arguments"]["Payload"]
        assert {key: payload[key] for key in money} == money, name
        assert PriceTable.from_json(payload["prices"]).to_json() == config.price_table(), name
    assert states["Publish report"]["Arguments"]["Payload"]["grades"] == config.grades.to_json()


def test_a_dataset_that_is_in_use_or_gone_is_looked_for_again(synthesized: Synthesized) -> None:
    """Two contestants of one group may both come to delete what another data set left."""
    states = dict(synthesized.machines()["personalize-contestant"].states())
    for word in ("items", "users"):
        [caught] = states[f"Delete the {word} dataset"]["Catch"]
        assert set(caught["ErrorEquals"]) == {
            "Personalize.ResourceNotFoundException",
            "Personalize.ResourceInUseException",
        }
        assert states[caught["Next"]]["Next"] == f"Look for the {word} dataset"
