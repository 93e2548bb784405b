"""The seam for the paths of API calls: a REST API hands them on as the client encoded them; MiniStack decodes them.

A decoded slash in a path parameter would be another resource's path, and a function that decodes, as it has to on AWS,
would decode twice.
"""

from local_cloud.seams.traffic import Application, Receive, Scope, Send, calls_an_api


class EncodedApiPaths:
    """An ASGI application around `application` that sees the paths of API calls undecoded."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("raw_path") and calls_an_api(scope):
            scope = {**scope, "path": scope["raw_path"].decode("ascii")}
        await self._application(scope, receive, send)
