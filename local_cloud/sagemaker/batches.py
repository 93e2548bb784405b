"""Cuts an input of a transform job into request bodies, and puts the answers together again."""

from collections.abc import Iterator
from pathlib import Path


class TooLargeError(Exception):
    """A record does not fit into one request."""


def batches(path: Path, *, lines: bool, single: bool, limit: int) -> Iterator[bytes]:
    """The request bodies of one input.

    Args:
        path: the input.
        lines: each line is a record (``SplitType=Line``), else the whole input is one.
        single: one record a request (``BatchStrategy=SingleRecord``), else as many as fit.
        limit: bytes a request may have (``MaxPayloadInMB``).

    Raises:
        TooLargeError: a record is larger than the limit.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
    """
    if not lines:
        if path.stat().st_size > limit:
            raise TooLargeError(f"The object has {path.stat().st_size} bytes, more than the maximum payload of {limit}")
        yield path.read_bytes()
        return
    taken: list[bytes] = []
    size = 0
    for record in _records(path, limit=limit):
        if taken and (single or size + len(record) > limit):
            yield b"".join(taken)
            taken, size = [], 0
        taken.append(record)
        size += len(record)
    if taken:
        yield b"".join(taken)


def assembled(answer: bytes, *, by_line: bool) -> bytes:
    """`answer` as it goes into the output: ``AssembleWith=Line`` ends each with one newline."""
    return answer if not by_line or answer.endswith(b"\n") else answer + b"\n"


def _records(path: Path, *, limit: int) -> Iterator[bytes]:
    """The lines, each with its newline; empty ones are no records."""
    with path.open("rb") as file:
        while line := file.readline(limit + 1):
            if len(line) > limit:
                raise TooLargeError(f"A record is larger than the maximum payload of {limit} bytes")
            if line.strip():
                yield line
