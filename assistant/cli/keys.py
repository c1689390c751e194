"""`inkladder keys`: make, list and revoke the keys that the server accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from server.keys import KeyFile, KeyRecord

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, such as a person or a device.")],
    tenant: Annotated[
        str,
        typer.Option(
            help="Callers of different tenants never share cached answers; logs name the tenant."
        ),
    ] = "default",
    user: Annotated[
        str | None,
        typer.Option(help="Keys of one user share cached answers. Default: a user of its own."),
    ] = None,
) -> None:
    """Makes a key and prints it, this once, on standard output."""
    key, record = _file().create(name, tenant=tenant, user=user)
    typer.echo(key)
    typer.echo(
        f"Key {record.id} for {name!r} is shown only now. Send it as `Authorization: Bearer`;"
        f" `inkladder keys revoke {record.id}` ends it. Running servers accept it at once.",
        err=True,
    )


@app.command(name="list")
def list_keys() -> None:
    """Lists every key: id, name, tenant, user, when it was made, whether it was revoked."""
    records = _file().records()
    for record in records:
        typer.echo("\t".join(_columns(record)))
    if not records:
        typer.echo("No keys yet: only programs of this machine may call the server.", err=True)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `inkladder keys list` shows it.")],
) -> None:
    """Ends a key at once, for running servers too."""
    record = _file().revoke(key_id)
    typer.echo(f"Key {record.id} ({record.name!r}) is revoked.", err=True)


def _file() -> KeyFile:
    from assistant.settings import read
    from server.keys import KeyFile
    from server.settings import HttpSettings

    return KeyFile(read(HttpSettings).keys_file)


def _columns(record: KeyRecord) -> tuple[str, ...]:
    state = "active" if record.revoked is None else f"revoked {record.revoked:%Y-%m-%d}"
    made = f"{record.created:%Y-%m-%d}"
    return (record.id, record.name, record.tenant, record.user, made, state)
