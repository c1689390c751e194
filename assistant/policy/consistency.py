"""Rules between the parts of a policy, on plain data so that a broken file is told all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assistant.policy.nearest import way_out

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices that lead from the top of a file to a value."""

Routes: TypeAlias = Sequence[tuple[int, Mapping[str, object]]]
"""Routes of any shape with their index in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong at `path`; `at_key` points at the key there instead of its value."""

    path: Path
    text: str
    at_key: bool = False

    def __str__(self) -> str:
        """The path as in `routes[0].ladder[1]`, and what is wrong there."""
        return f"{path_text(self.path)}: {self.text}"


def path_text(path: Path) -> str:
    """`path` as people write it: `routes[0].ladder[1]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def inconsistencies(policy: Mapping[str, object]) -> list[Problem]:
    """What contradicts what in `policy`; parts of a wrong type are passed over in silence."""
    tiers = _names(policy.get("tiers"))
    routes = [(index, _mapping(route)) for index, route in enumerate(_items(policy.get("routes")))]
    return [
        *_ladder_problems(routes, tiers),
        *_unused_tiers(routes, tiers),
        *_duplicate_names(routes),
        *_order_problems(routes),
        *_unreachable(routes),
        *_nobody_to_ask(routes, _mapping(policy.get("tiers"))),
        *_nothing_to_compare(policy, routes),
        *_gated_in_vain(routes),
    ]


def unknown_checks(
    policy: Mapping[str, object], known: Collection[str] | None
) -> Iterator[Problem]:
    """Names in `required_checks` that are not `known`; None knows them all."""
    if known is None:
        return
    for index, route in enumerate(_items(policy.get("routes"))):
        accept = _mapping(_mapping(route).get("accept"))
        for at, check in enumerate(_items(accept.get("required_checks"))):
            if isinstance(check, str) and check not in known:
                path = ("routes", index, "accept", "required_checks", at)
                yield Problem(path=path, text=f"unknown check {check!r}; {way_out(check, known)}")


def _ladder_problems(routes: Routes, tiers: Sequence[str]) -> Iterator[Problem]:
    for index, route in routes:
        ladder = _items(route.get("ladder"))
        for rung, tier in enumerate(ladder):
            path = ("routes", index, "ladder", rung)
            if isinstance(tier, str) and tiers and tier not in tiers:
                yield Problem(path=path, text=f"unknown tier {tier!r}; {way_out(tier, tiers)}")
            elif tier in ladder[:rung]:
                text = f"tier {tier!r} is in this ladder twice; name each tier once"
                yield Problem(path=path, text=text)


def _unused_tiers(routes: Routes, tiers: Sequence[str]) -> Iterator[Problem]:
    used = [tier for _, route in routes for tier in _items(route.get("ladder"))]
    if not used:
        return
    for tier in tiers:
        if tier not in used:
            text = f"tier {tier!r} is in no ladder; add it to one or remove it"
            yield Problem(path=("tiers", tier), text=text, at_key=True)


def _duplicate_names(routes: Routes) -> Iterator[Problem]:
    first: dict[object, int] = {}
    for index, route in routes:
        name = route.get("name")
        if isinstance(name, str) and first.setdefault(name, index) != index:
            text = f"another route is named {name!r} already; choose a different name"
            yield Problem(path=("routes", index, "name"), text=text)


def _order_problems(routes: Routes) -> Iterator[Problem]:
    for index, route in routes[:-1]:
        if route and route.get("match") is None:
            text = "only the last route may have no `match`; add one, or move this route to the end"
            yield Problem(path=("routes", index), text=text)
    if routes and routes[-1][1].get("match") is not None:
        text = "the last route takes the rest: remove its `match`, or add a route without one"
        yield Problem(path=("routes", routes[-1][0], "match"), text=text, at_key=True)


def _unreachable(routes: Routes) -> Iterator[Problem]:
    for position, (index, route) in enumerate(routes):
        match = _mapping(route.get("match"))
        for _, earlier in routes[:position] if match else ():
            if _covers(_mapping(earlier.get("match")), match):
                text = (
                    f"route {route.get('name')!r} is never reached: {earlier.get('name')!r} takes"
                    " all its requests; put it first or narrow the other"
                )
                yield Problem(path=("routes", index), text=text)
                break


def _nobody_to_ask(routes: Routes, tiers: Mapping[str, object]) -> Iterator[Problem]:
    for index, route in routes:
        ladder = _items(route.get("ladder"))
        if not _mapping(route.get("second_opinion")) or not ladder:
            continue
        path = ("routes", index, "second_opinion")
        if len(ladder) == 1:
            text = "a ladder of one has no next tier to ask; add a tier, or remove this key"
            yield Problem(path=path, text=text, at_key=True)
        for tier in ladder[1:]:
            if _mapping(tiers.get(str(tier))).get("engine") == "llamacpp":
                text = (
                    f"tier {tier!r} runs on llama.cpp, which cannot read a text without writing;"
                    " use an sglang tier, or remove this key"
                )
                yield Problem(path=path, text=text, at_key=True)


def _nothing_to_compare(policy: Mapping[str, object], routes: Routes) -> Iterator[Problem]:
    if _mapping(policy.get("confidence")).get("embedder", "") is not None:
        return
    places: list[tuple[Path, object]] = [(("cache",), policy.get("cache"))]
    places += [(("routes", index, "cache"), route.get("cache")) for index, route in routes]
    for path, cache in places:
        if _mapping(_mapping(cache).get("semantic")).get("mode") == "serve":
            text = "similar requests are nominated by embeddings, and `confidence.embedder` is null; name one, or use shadow"
            yield Problem(path=(*path, "semantic", "mode"), text=text)


def _gated_in_vain(routes: Routes) -> Iterator[Problem]:
    for index, route in routes:
        gate = _mapping(route.get("stream")).get("gate")
        if gate not in ("sentences", "paragraphs"):
            continue
        path: Path = ("routes", index, "stream", "gate")
        bounded = _mapping(route.get("accept")).get("max_risk") is not None
        if bounded or _mapping(route.get("second_opinion")):
            key = "accept.max_risk" if bounded else "second_opinion"
            text = f"`{key}` judges complete drafts only; write `whole`, or remove this key"
            yield Problem(path=path, text=text)


def _covers(wider: Mapping[str, object], narrower: Mapping[str, object]) -> bool:
    """Whether each request that `narrower` takes is one that `wider` takes."""
    keys = [key for key in ("task", "labels", "language") if _one_or_more(wider.get(key))]
    return bool(keys) and all(_covers_key(key, wider, narrower) for key in keys)


def _covers_key(key: str, wider: Mapping[str, object], narrower: Mapping[str, object]) -> bool:
    values, wanted = _one_or_more(narrower.get(key)), _one_or_more(wider.get(key))
    if key == "language":
        return bool(values) and all(any(covers_language(w, v) for w in wanted) for v in values)
    return bool(values) and set(values) <= set(wanted)


def covers_language(wider: str, narrower: str) -> bool:
    """Whether every text in language `narrower` is one in `wider`: `en` covers `en-GB`."""
    wider, narrower = wider.casefold(), narrower.casefold()
    return narrower == wider or narrower.startswith(f"{wider}-")


def _one_or_more(value: object) -> list[str]:
    values = [value] if isinstance(value, str) else _items(value)
    return [each for each in values if isinstance(each, str)]


def _names(value: object) -> list[str]:
    return list(_mapping(value))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
