"""The CDK app: picks the environment, builds the stacks, hands one's resources to the next.

`cdk synth` takes the environment by `-c env=dev`; without it, it is the laptop's, whose account exists nowhere else.
`-c engine=spark` prepares the data with another engine than the environment's file names.
"""

import json
from pathlib import Path

from aws_cdk import App, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from bakeoff.config import load_config
from stacks.data import DataStack
from stacks.names import Names
from stacks.serving import ServingStack
from stacks.training import TrainingStack


def build_app(app: App | None = None, *, check: bool = True) -> App:
    """The app with its three stacks.

    Args:
        check: have cdk-nag refuse what AWS's solutions guidance refuses. Tests of single templates switch it off,
            because a refusal also breaks `Template.from_stack`.
    """
    app = app or App(context=json.loads((Path(__file__).parent / "cdk.json").read_text())["context"])
    config = load_config(app.node.try_get_context("env") or "local", engine=app.node.try_get_context("engine"))
    env = Environment(account=config.account, region=config.region)
    names = Names(config)
    data = DataStack(app, f"{config.prefix}-data", config=config, names=names, env=env)
    training = TrainingStack(app, f"{config.prefix}-training", config=config, names=names, env=env)
    serving = ServingStack(app, f"{config.prefix}-serving", config=config, names=names, env=env)
    for stack in (training, serving):
        stack.add_stack_dependency(data)
    # Personalize's CreateSchema takes no tags, whatever CloudFormation's page says.
    Tags.of(app).add("bakeoff:environment", config.name, exclude_resource_types=["AWS::Personalize::Schema"])
    if check:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build_app().synth()
