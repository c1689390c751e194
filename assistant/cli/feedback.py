"""`inkladder feedback`: what became of the drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.records.base import RecordStore
    from assistant.records.export import Line

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """What became of the drafts."""


@app.command()
def export(
    policy: Annotated[
        str | None,
        typer.Option(
            help="Preset name or policy file; $INKLADDER_POLICY or `embedded` if not given."
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(help="Only drafts of that time until now, as in `36h` or `7d`.")
    ] = "30d",
    tenant: Annotated[str | None, typer.Option(help="Only drafts of this tenant.")] = None,
    all_artefacts: Annotated[
        bool,
        typer.Option(
            "--all-artefacts", help="Also drafts that another scorer than the policy's scored."
        ),
    ] = False,
) -> None:
    """Writes scored drafts whose fate is known as JSON lines, for `inkladder confidence calibrate`.

    Numbers and names only: no line holds a word of a writer.

        inkladder feedback export --since 7d > outcomes.jsonl
        inkladder feedback export | inkladder confidence calibrate --from-feedback - --out new.json
    """
    import json
    import logging
    import sys
    import time

    import anyio
    import structlog

    from assistant.policy.duration import seconds_of
    from assistant.settings import read_settings

    try:
        started = time.time() - seconds_of(since)
    except ValueError as error:
        message = f"{error}, got {since!r}"
        raise typer.BadParameter(message, param_hint="--since") from None
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = read_settings(policy=policy)

    async def run() -> None:
        from assistant.confidence.artefact import load_artefact
        from assistant.policy.load import load_policy
        from assistant.wiring import open_record_store

        artefact = load_artefact(load_policy(settings.policy).confidence.artefact).fingerprint
        async with open_record_store(settings) as store:
            found = await _lines(store, since=started, tenant=tenant)
        wanted = [one for one in found if all_artefacts or one["artefact"] == artefact]
        for line in wanted:
            sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        typer.echo(_summary(wanted, left_out=len(found) - len(wanted), artefact=artefact), err=True)

    anyio.run(run)


async def _lines(store: RecordStore, *, since: float, tenant: str | None) -> list[Line]:
    from assistant.records.export import lines

    return [line async for kept in store.scored(since=since, tenant=tenant) for line in lines(kept)]


def _summary(exported: Iterable[Line], *, left_out: int, artefact: str) -> str:
    from collections import Counter

    verdicts = Counter(line["verdict"] for line in exported)
    parts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    count = sum(verdicts.values())
    told = f"{count} draft{'' if count == 1 else 's'}" + (f": {parts}" if parts else "")
    if left_out:
        told += (
            f"; left out {left_out} that another scorer than {artefact!r} scored"
            " (--all-artefacts keeps them)"
        )
    return told
