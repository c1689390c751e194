"""`inkladder cache invalidate` and `erase`: answers that are to be served no more, or to be gone."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.cache_store import on_cache
from assistant.types import Caller

if TYPE_CHECKING:
    from assistant.cache.admin import Which

_Tenant = Annotated[str | None, typer.Option(help="Of this tenant.")]
_User = Annotated[
    str | None, typer.Option(help="Of this user, as TENANT/USER; `inkladder keys list` shows both.")
]
_Task = Annotated[str | None, typer.Option(help="Of this task, such as rewrite.")]
_Tier = Annotated[str | None, typer.Option(help="Written by this tier.")]
_OlderThan = Annotated[str | None, typer.Option(help="Written longer ago than, as in `36h`.")]
_Everything = Annotated[bool, typer.Option("--everything", help="All of everybody.")]


def invalidate(
    *,
    tenant: _Tenant = None,
    user: _User = None,
    task: _Task = None,
    tier: _Tier = None,
    older_than: _OlderThan = None,
    everything: _Everything = False,
) -> None:
    """Has answers served no more; conditions are taken together.

    inkladder cache invalidate --tenant acme --task rewrite
    """
    which = _which(
        tenant=tenant, user=user, task=task, tier=tier, older_than=older_than, everything=everything
    )
    count = on_cache(lambda admin: admin.invalidate(which))
    typer.echo(f"{_answers(count)} will not be served any more")


def erase(
    *,
    answer: Annotated[
        str | None, typer.Option("--id", help="The answer that was written under this id.")
    ] = None,
    user: _User = None,
    tenant: _Tenant = None,
    document: Annotated[
        Path | None,
        typer.Option(
            help="Answers to requests about this text, of --tenant or --user; `-` is the standard input."
        ),
    ] = None,
    everything: _Everything = False,
) -> None:
    """Erases answers with every trace of them in the cache: vectors, variants, shared copies.

    Decision records hold no text and end by themselves (policy feedback.keep).

        inkladder cache erase --user acme/anna
        inkladder cache erase --tenant acme --document contract.txt
    """
    which = _which(
        answer=answer,
        user=user,
        tenant=tenant,
        document=None if document is None else _read(document),
        everything=everything,
    )
    count = on_cache(lambda admin: admin.erase(which))
    typer.echo(f"{_answers(count)} erased")


def _which(
    *,
    user: str | None = None,
    older_than: str | None = None,
    everything: bool = False,
    **conditions: str | None,
) -> Which:
    from assistant.cache.admin import Which

    try:
        return Which(
            user=None if user is None else _caller(user),
            written_before=None if older_than is None else _before(older_than),
            everything=everything,
            **conditions,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _caller(user: str) -> Caller:
    tenant, slash, name = user.partition("/")
    if not (tenant and slash and name):
        message = f"must be TENANT/USER, as `inkladder keys list` shows them, got {user!r}"
        raise typer.BadParameter(message, param_hint="--user")
    return Caller(tenant=tenant, user=name)


def _before(older_than: str) -> float:
    from assistant.policy.duration import seconds_of

    try:
        return time.time() - seconds_of(older_than)
    except ValueError as error:
        message = f"{error}, got {older_than!r}"
        raise typer.BadParameter(message, param_hint="--older-than") from None


def _read(document: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if document == Path("-") else document.read_bytes()
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        message = f"cannot read {str(document)!r}: {reason}"
        raise typer.BadParameter(message, param_hint="--document") from None


def _answers(count: int) -> str:
    return f"{count} answer{'' if count == 1 else 's'}"
