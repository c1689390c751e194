"""What `inkladder policy explain` shows: routes in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.cli.bar_words import bar_text, percent
from assistant.policy.duration import text_of
from assistant.policy.models import Match, Policy, RoutePolicy, TierPolicy
from assistant.types import DraftRequest
from assistant.workflow.bars import RouteBar

_BEGINS = {
    "fresh": "the next tier starts anew",
    "repair": "the next tier sees the draft and its failed checks",
}


def explain_all(policy: Policy, bars: Mapping[str, RouteBar], *, artefact: str) -> Group:
    """Every route in the order in which they are tried."""
    parts: list[RenderableType] = [_heading(policy, artefact)]
    for route in policy.routes:
        parts += [Text(), Text(route.name, style="bold"), _route(policy, route, bars[route.name])]
    return Group(*parts)


def explain_one(
    policy: Policy, bars: Mapping[str, RouteBar], request: DraftRequest, *, artefact: str
) -> Group:
    """The route that takes the request, and why no earlier one does."""
    taken = policy.route_for(request)
    asked = Text(f"a request: {_described(request)}")
    trail = Table.grid(padding=(0, 1))
    for route in policy.routes[: policy.routes.index(taken)]:
        trail.add_row("-", Text(f"{route.name}: no, {_why_not(route.match, request)}", style="dim"))
    trail.add_row("-", Text(f"{taken.name}: yes, {_why(taken.match)}", style="bold"))
    body = _route(policy, taken, bars[taken.name])
    return Group(_heading(policy, artefact), asked, trail, Text(), body)


def takes(match: Match | None) -> str:
    """Which requests a route takes, in words."""
    if match is None:
        return "the rest"
    return ", and ".join(wanted for wanted, _ in _keys(match))


def _keys(match: Match) -> Iterator[tuple[str, Match]]:
    """Each key of a match in words, and alone."""
    if match.task:
        yield f"task {' or '.join(match.task)}", Match(task=match.task)
    if match.labels:
        yield f"label {' or '.join(match.labels)}", Match(labels=match.labels)
    if match.language:
        yield f"language {' or '.join(match.language)}", Match(language=match.language)


def _heading(policy: Policy, artefact: str) -> Text:
    return Text(f"{policy.name}, revision {policy.revision}, artefact {artefact}", style="bold")


def _described(request: DraftRequest) -> str:
    labels = f"labels {', '.join(request.labels)}" if request.labels else "no labels"
    language = f"language {request.language}" if request.language else "no language named"
    return f"task {request.task}, {labels}, {language}"


def _why(match: Match | None) -> str:
    return "it takes the rest" if match is None else f"it takes {takes(match)}"


def _why_not(match: Match | None, request: DraftRequest) -> str:
    missed = (
        () if match is None else (want for want, key in _keys(match) if not key.holds_for(request))
    )
    return f"it takes only {', and '.join(missed)}"


def _route(policy: Policy, route: RoutePolicy, bar: RouteBar) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(policy, route, bar):
        table.add_row(name, value)
    return table


def _rows(policy: Policy, route: RoutePolicy, bar: RouteBar) -> Iterator[tuple[str, str | Text]]:
    tiers = [policy.tiers[name] for name in route.ladder]
    yield "takes", takes(route.match)
    yield "ladder", "\n".join(map(_rung, route.ladder, tiers))
    yield "accept", _accept(bar)
    yield "required", ", ".join(route.accept.required_checks) or "no check"
    if route.second_opinion is not None:
        opinion = route.second_opinion
        yield (
            "second look",
            f"the next tier reads what scored below {opinion.below_score:g} and must give it"
            f" {opinion.min_logprob:g} or more per token",
        )
    if len(route.ladder) > 1:
        yield "escalate", f"{route.escalate}: {_BEGINS[route.escalate]}"
    sample = policy.feedback.forced_escalation
    if sample and len(route.ladder) > 1 and route.deadline_ms is None:
        told = (
            f"{percent(sample)} of the drafts accepted on the first rung are repaired all the same"
        )
        yield "to learn", told
    yield "deadline", _deadline(route, tiers)
    yield "at once", "\n".join(map(_limits, route.ladder, tiers))
    cache = policy.cache.exact
    yield "cache", f"exact repeats for {text_of(cache.ttl)}" if cache.enabled else "nothing is kept"


def _rung(name: str, tier: TierPolicy) -> str:
    best = f", best of {tier.samples}" if tier.samples > 1 else ""
    price = f" at ${tier.card.usd_per_hour:g}/h" if tier.card.usd_per_hour else ""
    return f"{name}: {tier.model} on {tier.card.name}{price}{best}"


def _accept(bar: RouteBar) -> str | Text:
    told = bar_text(bar)
    if bar.min_score is None:
        last = "; the best text of its tiers is served, marked `degraded: below_bar`"
        return Text(told + last, style="yellow")
    return told


def _deadline(route: RoutePolicy, tiers: Sequence[TierPolicy]) -> str:
    own = "none" if route.deadline_ms is None else f"{route.deadline_ms:,} ms for the whole answer"
    times = ", ".join(
        f"{name} {text_of(tier.timeout_s)}" for name, tier in zip(route.ladder, tiers, strict=True)
    )
    return f"{own}; for one text: {times}"


def _limits(name: str, tier: TierPolicy) -> str:
    return f"{name}: {tier.max_concurrency} requests, {tier.max_queue} more may wait"
