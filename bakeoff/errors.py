"""The tree of errors: every error of Bakeoff says what happened, with the value, and what to do."""


class BakeoffError(Exception):
    """The root. `str(error)` is one or more full sentences, ready to be shown to a person."""


class ConfigurationError(BakeoffError):
    """The configuration or the catalogue is wrong. All faults are named at once."""

    def __init__(self, source: str, faults: list[str]) -> None:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{source} has {len(faults)} fault{'s' if len(faults) > 1 else ''}:\n{listed}")
        self.source = source
        self.faults = faults


class DataError(BakeoffError):
    """The input data cannot be used: the message names file, row or column, what is wrong and what to do."""


class EvaluationError(BakeoffError):
    """Lists and protocol do not fit: another split, a missing contestant, a malformed list."""


class ReportError(BakeoffError):
    """The page of a run cannot be written: report.json is missing, or a file that it is made from is malformed."""


class ModelError(BakeoffError):
    """A recommender cannot be fitted, saved, loaded or asked."""


class RequestError(BakeoffError):
    """A request to the API is malformed; becomes a 400 with a JSON body.

    Args:
        message: what is wrong and what to send instead.
        field: the parameter or JSON path at fault.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class SettingsError(BakeoffError):
    """A function's or job's environment lacks a setting, or has one that cannot be read."""


class RunError(BakeoffError):
    """A run cannot start, go on or be promoted."""


class CloudError(BakeoffError):
    """AWS or the local cloud refused or failed; the message carries the service's own code and words."""


class SetupError(BakeoffError):
    """The machine lacks something: Python, Node, a free port, disk. The message says how to mend it."""
