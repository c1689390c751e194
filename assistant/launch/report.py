"""The plan, the start and the state of servers as people read them in a terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from assistant.launch.plan import ServerPlan, notes_of
from assistant.launch.probe import Ready
from assistant.launch.status import EndpointStatus

_REFRESH_PER_S = 4


def print_plan(console: Console, plans: Sequence[ServerPlan], *, python: str) -> None:
    """The servers, why they are so, and the commands that start them by hand."""
    table = _table("tier", "model", "card", numbers=("port", "context", "at once", "cache tokens"))
    for plan in plans:
        table.add_row(
            plan.tier,
            _model(plan),
            plan.cards,
            str(plan.address.port),
            _count(plan.value("context-length"), missing="model's"),
            _count(plan.value("max-running-requests")),
            _count(plan.placed.cache_tokens, missing="unknown"),
        )
    console.print(table)
    print_notes(console, plans)
    for plan in plans:
        console.print(f"\n# {plan.tier}, {plan.cards}", highlight=False, markup=False)
        # Exactly one line, whatever the width, so that it can be copied.
        console.print(plan.shell_command(python), soft_wrap=True, highlight=False, markup=False)


def print_notes(console: Console, plans: Sequence[ServerPlan]) -> None:
    """What the admin should know of each server, one sentence a line."""
    for plan in plans:
        for note in notes_of(plan):
            console.print(f"{plan.tier}: {note}", highlight=False, markup=False)


class TerminalWatcher:
    """Shows a line per server that tells what it does; elsewhere than in a terminal, each change.

    `served` is whether all of them ever were ready.
    """

    def __init__(self, console: Console, plans: Sequence[ServerPlan]) -> None:
        self._console = console
        self._plans = plans
        self._since = time.monotonic()
        self._phases = {plan.name: "waiting for its turn" for plan in plans}
        self._ready: dict[str, Ready] = {}
        self.served = False
        self._live = Live(
            get_renderable=self._rendered,
            console=console,
            refresh_per_second=_REFRESH_PER_S,
            transient=True,
        )

    def __enter__(self) -> TerminalWatcher:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._live.stop()

    def phase(self, plan: ServerPlan, text: str) -> None:
        """Notes what `plan` does."""
        if self._phases[plan.name] == text:
            return
        self._phases[plan.name] = text
        if not self._console.is_terminal:
            self._say(plan, text)

    def ready(self, plan: ServerPlan, ready: Ready) -> None:
        """Notes that `plan` generates."""
        self._ready[plan.name] = ready
        self._say(plan, f"ready after {time.monotonic() - self._since:.0f} s")

    def all_ready(self) -> None:
        """Replaces the progress by the table of what runs."""
        self.served = True
        self._live.stop()
        print_ready(self._console, [(plan, self._ready[plan.name]) for plan in self._plans])
        self._console.print("Ready. Ctrl-C stops all of them.")

    def _say(self, plan: ServerPlan, text: str) -> None:
        self._console.print(
            f"{plan.tier} ({plan.address.port}): {text}", markup=False, highlight=False
        )

    def _rendered(self) -> RenderableType:
        elapsed = time.monotonic() - self._since
        rows = [
            Spinner("dots", Text(f"{plan.name}: {self._phases[plan.name]}"))
            for plan in self._plans
            if plan.name not in self._ready
        ]
        return Group(*rows, Text(f"{elapsed:.0f} s", style="dim"))


def print_ready(console: Console, servers: Sequence[tuple[ServerPlan, Ready]]) -> None:
    """The table of running servers: where, on what, with which memory and speed."""
    numbers = ("weights GB", "cache GB", "cache tokens", "tokens/s")
    table = _table("tier", "model", "card", "address", numbers=numbers)
    for plan, ready in servers:
        table.add_row(
            plan.tier,
            _model(plan),
            plan.cards,
            f"{plan.address.bind}:{plan.address.port}",
            _decimal(ready.weights_gb),
            _decimal(ready.cache_gb),
            _count(ready.cache_tokens),
            f"{ready.tokens_per_s:.0f}",
        )
    console.print(table)


def print_statuses(console: Console, statuses: Sequence[EndpointStatus]) -> None:
    """The table of servers asked, and below it what is wrong with each."""
    numbers = ("context", "runs", "waits", "cache", "hits", "tokens/s")
    table = _table("tier", "server", "state", numbers=numbers)
    for status in statuses:
        table.add_row(
            status.tier,
            "\n".join(
                part for part in (_short(status.endpoint), status.model, _engine(status)) if part
            ),
            Text("up", style="green") if status.up else Text("down", style="red"),
            _count(status.context_tokens, missing=""),
            _count(status.running, missing=""),
            _count(status.waiting, missing=""),
            _percent(status.cache_usage),
            _percent(status.cache_hit_rate),
            "" if status.tokens_per_s is None else f"{status.tokens_per_s:.0f}",
        )
    console.print(table)
    for status in statuses:
        for told in (*([status.reason] if status.reason else []), *status.warnings):
            line = f"{status.tier} {status.endpoint}: {told}"
            console.print(line, highlight=False, markup=False)


def _table(*texts: str, numbers: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in texts:
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def _model(plan: ServerPlan) -> str:
    precision = plan.policy.quantization
    return f"{plan.policy.model} {precision}" if precision else plan.policy.model


def _short(endpoint: str) -> str:
    return endpoint.removeprefix("http://")


def _engine(status: EndpointStatus) -> str:
    version = f"SGLang {status.version}" if status.version else ""
    return ", ".join(part for part in (version, status.card) if part)


def _count(value: object, *, missing: str = "-") -> str:
    return f"{value:,}" if isinstance(value, int) else missing


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
