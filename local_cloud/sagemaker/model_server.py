"""Serves one model archive the way the scikit-learn image does in script mode; started as a child process of its own.

    python -P model_server.py --model <model folder> --report <file that gets the port>

Standard library only: it sees the model's code and its libraries, and nothing of the local cloud. The user's program
(`SAGEMAKER_PROGRAM` in `SAGEMAKER_SUBMIT_DIRECTORY`) gives `model_fn`, `input_fn`, `output_fn` and, optionally,
`predict_fn`. It ends when its standard input is closed, that is, with the process that started it.

Source: https://github.com/aws/sagemaker-containers (transformer, worker) and
https://github.com/aws/sagemaker-scikit-learn-container (serving)
"""

import argparse
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

JSON = "application/json"
TEXT_TYPES = (JSON, "text/csv")  # the image hands these to input_fn as text and everything else as bytes
PLAIN_TYPE = "text/html; charset=utf-8"  # Flask's type for an answer that names none


class UnplayedProgramError(Exception):
    """The program relies on something of the image that is not played."""


@dataclass(frozen=True)
class Program:
    """The user's functions and the model that they made."""

    model: Any
    input_fn: Callable[[Any, str], Any]
    predict_fn: Callable[[Any, Any], Any]
    output_fn: Callable[[Any, str], Any]

    def answer(self, body: bytes, *, content_type: str, accept: str) -> tuple[bytes, str]:
        """The body and the content type of the answer to one request."""
        content = body.decode() if content_type in TEXT_TYPES else body
        result = self.output_fn(self.predict_fn(self.input_fn(content, content_type), self.model), accept)
        answered, kind = result if isinstance(result, tuple) else (result, PLAIN_TYPE)
        if kind.startswith("text/") and "charset" not in kind:
            kind = f"{kind}; charset=utf-8"
        return answered.encode() if isinstance(answered, str) else bytes(answered), kind


def load(model_folder: Path, *, program: str, code: Path) -> Program:
    """Import the user's program and load the model.

    Raises:
        UnplayedProgramError: it lacks a function whose default in the image is not played, or asks for packages.
    """
    if (code / "requirements.txt").exists():
        raise UnplayedProgramError("code/requirements.txt is not played by the local cloud: nothing is installed")
    sys.path.insert(0, str(code))
    module = importlib.import_module(program.removesuffix(".py"))
    wanted = ("model_fn", "input_fn", "output_fn")
    missing = [name for name in wanted if not hasattr(module, name)]
    if missing or hasattr(module, "transform_fn"):
        what = f"without {', '.join(missing)}" if missing else "with transform_fn"
        raise UnplayedProgramError(f"{program} {what} is not played by the local cloud")
    return Program(
        model=module.model_fn(str(model_folder)),
        input_fn=module.input_fn,
        predict_fn=getattr(module, "predict_fn", _predict),
        output_fn=module.output_fn,
    )


def _predict(data: Any, model: Any) -> Any:
    """The image's own predict_fn."""
    return model.predict(data)


class Handler(BaseHTTPRequestHandler):
    """GET /ping and POST /invocations."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    program: Program

    def do_GET(self) -> None:
        self._send(200 if self.path == "/ping" else 404, b"", JSON)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/invocations" or not length.isdigit():
            self.close_connection = True
            self._send(404 if self.path != "/invocations" else 411, b"", JSON)
            return
        body = self.rfile.read(int(length))
        accept = self.headers.get("Accept", "*/*")
        if accept == "*/*":
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        try:
            content_type = self.headers.get("Content-Type") or JSON
            answered, kind = self.program.answer(body, content_type=content_type, accept=accept)
        except Exception as error:  # noqa: BLE001 - a model's code may raise anything, and one request must not end it
            traceback.print_exc()
            self._send(500, (str(error) or type(error).__name__).encode(), "text/plain; charset=utf-8")
        else:
            self._send(200, answered, kind)

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The access log would bury the model's own lines."""


class Server(ThreadingHTTPServer):
    """One thread a connection."""

    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    arguments = parser.parse_args()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    code = Path(os.environ["SAGEMAKER_SUBMIT_DIRECTORY"])
    try:
        Handler.program = load(arguments.model, program=os.environ["SAGEMAKER_PROGRAM"], code=code)
    except UnplayedProgramError as error:
        sys.exit(str(error))
    server = Server(("127.0.0.1", 0), Handler)
    part = arguments.report.with_name(f"{arguments.report.name}.part")
    part.write_text(str(server.server_address[1]), encoding="utf-8")
    part.replace(arguments.report)
    server.serve_forever()


def _end_with_parent() -> None:
    # Not through sys.stdin, whose lock Python could not take when it ends by itself.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
