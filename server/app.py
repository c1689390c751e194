"""Puts the HTTP surface together. `uvicorn --factory server.app:create_app` serves it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from assistant.settings import read
from server import errors
from server.auth import KEY_SCHEMES, PUBLIC_PATHS, Auth
from server.body_limit import BodyLimit
from server.cors import Cors
from server.deps import AssistantLike
from server.keys import KeyFile, Keyring
from server.lifespan import lifespan_of
from server.logs import configure_logging
from server.metrics import Metrics
from server.observe import Observe, SafetyNet
from server.routes import chat, completions, drafts, feedback, health, metrics, models, upgrades
from server.schemas.event_docs import event_schemas
from server.settings import HttpSettings

DESCRIPTION = "Writes with the smallest model that is good enough, and says which one that was."


def create_app(
    settings: HttpSettings | None = None, assistant: AssistantLike | None = None
) -> FastAPI:
    """The app. Settings come from the environment unless given; so does the assistant, at start.

    Raises:
        SettingsError: the environment holds a wrong value; the message names the variable.
    """
    settings = settings or read(HttpSettings)
    configure_logging(settings.log_format)
    counters = Metrics()
    app = _Api(
        title="Inkladder",
        summary=DESCRIPTION,
        version=version("inkladder"),
        lifespan=lifespan_of(settings=settings, metrics=counters, assistant=assistant),
        middleware=_middleware(settings, counters),
        generate_unique_id_function=_operation_id,
        # The pages would load their scripts from the internet; /openapi.json stays.
        docs_url=None,
        redoc_url=None,
        # A path with a slash too many is a mistake to name, not to redirect a key and body for.
        redirect_slashes=False,
        # It would put exceptions with their messages, and so texts, into traces and logs.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    errors.install(app, count=counters.failed)
    for routes in (drafts, upgrades, feedback, chat, completions, models, health, metrics):
        app.include_router(routes.router)
    return app


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The API description, without the 422 that FastAPI assumes and this server never sends.

        Keys are told here: as dependencies they would be looked for once more in every request.
        """
        if self.openapi_schema is None:
            schema = super().openapi()
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    operation["responses"].pop("422", None)
                    if path not in PUBLIC_PATHS:
                        operation["security"] = [{name: []} for name in KEY_SCHEMES]
            for unused in ("HTTPValidationError", "ValidationError"):
                schema["components"]["schemas"].pop(unused, None)
            # What only events are made of no route replies with, so FastAPI does not describe it.
            schema["components"]["schemas"] = event_schemas() | schema["components"]["schemas"]
            schema["components"]["securitySchemes"] = KEY_SCHEMES
            self.openapi_schema = schema
        return self.openapi_schema


def _middleware(settings: HttpSettings, counters: Metrics) -> list[Middleware]:
    """Outermost first: everything is observed, and every reply passes the CORS headers."""
    keyring = Keyring(
        (key.get_secret_value() for key in settings.api_keys), KeyFile(settings.keys_file)
    )
    origins = settings.cors_origins
    return [
        Middleware(Observe, metrics=counters),
        Middleware(Cors, origins=origins),
        Middleware(SafetyNet),
        Middleware(Auth, keyring=keyring, origins=origins),
        Middleware(BodyLimit, max_bytes=settings.max_body_bytes),
    ]


def _operation_id(route: APIRoute) -> str:
    """Short names for clients generated from the API description."""
    return route.name
