"""Runs the unmodified AWS CDK command line against an environment."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bakeoff.command_line.cloud import Cloud
from bakeoff.command_line.deployed import describe_stack
from bakeoff.errors import CloudError, SetupError

CHECKOUT = Path(__file__).parent.parent.parent
# The major versions of Node that do although jsii no longer supports them; `doctor` names the better one.
OLD_NODE = "20"
# A failure's reason stands in the last lines; the whole is in the log.
SHOWN_LINES = 25


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a command ended: its exit status, and what it printed where that was not shown."""

    status: int
    output: str


Runner = Callable[[Sequence[str], Mapping[str, str], bool], Outcome]


def run_command(command: Sequence[str], environment: Mapping[str, str], shown: bool) -> Outcome:
    """Run `command` in the checkout; with `shown` its output goes to the terminal as it comes."""
    where = None if shown else subprocess.PIPE
    errors = None if shown else subprocess.STDOUT
    done = subprocess.run(
        list(command), cwd=CHECKOUT, env=dict(environment), stdout=where, stderr=errors, text=True, check=False
    )
    return Outcome(status=done.returncode, output=done.stdout or "")


@dataclass(frozen=True, kw_only=True)
class Cdk:
    """The CDK command line, set up for one environment.

    Args:
        cloud: where to.
        environment: of the child process.
        runner: starts it.
        folder: takes the synthesised templates, and what was printed where that was not shown; one for each
            deployment, because the CDK locks it.
    """

    cloud: Cloud
    environment: Mapping[str, str]
    folder: Path
    runner: Runner = run_command

    def bootstrap(self) -> None:
        """Make the account's CDK toolkit stack, unless it is there."""
        stack = describe_stack(self.cloud, "CDKToolkit")
        if stack is not None and stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        self._run(
            "bootstrap", f"aws://{self.cloud.account()}/{self.cloud.config.region}", shown=not self.cloud.is_local
        )

    def synth(self) -> None:
        """Write every stack's template to ``cdk.out``."""
        self._run("synth", "--all", "--quiet", shown=True)

    def diff(self) -> None:
        """Show what a deployment would change."""
        self._run("diff", "--all", shown=True)

    def deploy(self) -> None:
        """Deploy every stack, in the order of their references."""
        self._run(
            "deploy", "--all", "--require-approval", "never", "--progress", "events", shown=not self.cloud.is_local
        )

    def destroy(self) -> None:
        """Remove every stack; what outlives its stack stays."""
        self._run("destroy", "--all", "--force", shown=not self.cloud.is_local)

    def _run(self, verb: str, *arguments: str, shown: bool) -> None:
        program = CHECKOUT / "node_modules" / ".bin" / "cdk"
        if not program.exists():
            raise SetupError(f"{program} is missing: the AWS CDK command line is not installed. Run `make install`.")
        app = f"{shlex.quote(sys.executable)} app.py"
        config = self.cloud.config
        context = ["--context", f"env={config.name}", "--context", f"engine={config.prepare.engine}"]
        settings = ["--app", app, *context, "--output", str(self.folder)]
        outcome = self.runner([str(program), verb, *arguments, *settings, "--no-notices"], self.environment, shown)
        log = self.folder.with_suffix(".log")
        if not shown:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(outcome.output)
        if outcome.status != 0:
            lines = [line for line in outcome.output.splitlines() if line.strip()][-SHOWN_LINES:]
            told = "".join(f"\n  {line}" for line in lines)
            whole = f"\nThe whole output: {log}" if not shown else ""
            raise CloudError(f"`cdk {verb}` failed with exit status {outcome.status}.{told}{whole}")


def child_environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The caller's environment, without what makes the CDK command line chatty."""
    return {
        **base,
        "CDK_DISABLE_CLI_TELEMETRY": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": OLD_NODE,
    }
