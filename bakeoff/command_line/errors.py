"""How an error reaches a person: one readable message and exit status 1, the traceback only with --debug."""

from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from typer.core import TyperGroup

from bakeoff.command_line.screen import warn
from bakeoff.errors import BakeoffError, CloudError, SetupError


class Commands(TyperGroup):
    """The group of all commands; the one place where errors end."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except (BakeoffError, ClientError, BotoCoreError, OSError) as error:
            if ctx.params.get("debug"):
                raise
            warn(f"Error: {as_bakeoff_error(error)}")
            raise typer.Exit(1) from error


def as_bakeoff_error(error: Exception) -> BakeoffError:
    """`error` with full sentences for a person; an AWS error keeps its code and words."""
    if isinstance(error, BakeoffError):
        return error
    if isinstance(error, ClientError):
        details = error.response["Error"]
        return CloudError(f"{error.operation_name} was refused with {details['Code']}: {details['Message']}")
    if isinstance(error, NoCredentialsError):
        return CloudError("There are no AWS credentials. Sign in, or set AWS_PROFILE to a profile that has some.")
    if isinstance(error, OSError):
        return SetupError(
            f"{error}. Check that the file or folder can be read and written, and that the disk has room."
        )
    return CloudError(f"{error} (`python -m bakeoff doctor` checks this machine, `status` what runs.)")
