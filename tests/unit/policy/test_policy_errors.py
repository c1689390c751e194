"""What a person reads whose policy file is wrong."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from assistant.policy.parse import parse_policy
from support.policy_texts import problems_in, with_routes, with_tier


def test_the_top_of_the_file() -> None:
    """Version, name and unknown keys, all told at once."""
    text = """\
        apiVersion: inkladder/v2
        name: 5
        teirs: {}
        tiers: {}
        budgets: {}
        routes: []
        """

    assert problems_in(text) == snapshot(
        [
            "p.yaml:1:13: apiVersion must be 'inkladder/v1', got 'inkladder/v2'",
            "p.yaml:2:7: name must be text, got 5",
            "p.yaml:3:1: unknown key 'teirs'; did you mean 'tiers'?",
            "p.yaml:4:8: tiers must not be empty, got an empty mapping",
            "p.yaml:5:1: unknown key 'budgets'; known: apiVersion, cache, confidence, feedback, name, routes, tiers, upgrade",
            "p.yaml:6:9: routes must not be empty, got an empty list",
        ]
    )


def test_missing_keys() -> None:
    """A key that is not there is told where it belongs."""
    text = """\
        apiVersion: inkladder/v1
        tiers:
          draft:
            engine: sglang
            card: {usd_per_hour: 1}
        routes:
          - ladder: [draft]
        """

    assert problems_in(text) == snapshot(
        [
            "p.yaml:1:1: name is missing; add it",
            "p.yaml:3:3: tiers.draft.endpoints is missing; add it",
            "p.yaml:3:3: tiers.draft.model is missing; add it",
            "p.yaml:5:5: tiers.draft.card.name is missing; add it",
            "p.yaml:7:5: routes[0].name is missing; add it",
        ]
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", snapshot("p.yaml:1:1: the policy is empty; begin with `apiVersion: inkladder/v1`")),
        (
            "# only a comment\n",
            snapshot("p.yaml:1:1: the policy is empty; begin with `apiVersion: inkladder/v1`"),
        ),
        (
            "- a\n- b\n",
            snapshot(
                "p.yaml:1:1: the policy is not a mapping of keys to values; begin with `apiVersion: inkladder/v1`"
            ),
        ),
        (
            "name: [a\n",
            snapshot(
                "p.yaml:2:1: not YAML: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'"
            ),
        ),
        ("name: a: b\n", snapshot("p.yaml:1:8: not YAML: mapping values are not allowed here")),
        (
            "name: *x\n",
            snapshot("p.yaml:1:7: anchors and aliases are not supported; write the value out"),
        ),
        (
            "name: p\ntiers: &all\n  loop: *all\n",
            snapshot("p.yaml:2:8: anchors and aliases are not supported; write the value out"),
        ),
        (
            "a: 1\n? &key b\n: 2\n",
            snapshot("p.yaml:2:3: anchors and aliases are not supported; write the value out"),
        ),
        (
            "---\na: 1\n---\nb: 2\n",
            snapshot(
                "p.yaml:3:1: not YAML: expected a single document in the stream, but found another document"
            ),
        ),
        ("name: \x00\n", snapshot("p.yaml:1:7: a character that YAML does not allow; remove it")),
        ("[" * 1500, snapshot("p.yaml:1:1: nested too deeply; a policy has at most five levels")),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "open",
        "colon",
        "alias",
        "loop",
        "anchor",
        "two",
        "control",
        "deep",
    ],
)
def test_what_is_no_mapping_or_no_yaml(text: str, problem: str) -> None:
    """One line that says where reading stopped."""
    assert problems_in(text) == [problem]


def test_yaml_that_a_policy_has_no_use_for() -> None:
    """Repeated keys, tags and composed keys are told with the rest."""
    text = """\
        apiVersion: inkladder/v1
        name: p
        name: q
        confidence: {embedder: !model x}
        tiers:
          draft: {engine: llamacpp, model: smollm2-135m-instruct}
        ? [a, b]
        : 1
        routes:
          - {name: default, ladder: [draft]}
        """

    assert problems_in(text) == snapshot(
        [
            "p.yaml:3:1: key 'name' is already on line 2; keep one of them",
            "p.yaml:4:24: tag '!model' has no meaning here; remove it",
            "p.yaml:7:3: a key must be a single word",
        ]
    )


def test_a_few_lines_that_stand_for_millions_of_values_are_refused_unread() -> None:
    """Each line doubles the one before: written out, this would fill any memory."""
    doubled = [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 65)]

    assert problems_in("\n".join(["a0: &a0 [x]", *doubled])) == [
        "p.yaml:1:5: anchors and aliases are not supported; write the value out"
    ]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        (
            "{engine: vllm, model: m}",
            snapshot(["p.yaml:4:19: engine must be 'sglang' or 'llamacpp', got 'vllm'"]),
        ),
        ("{model: m}", snapshot(["p.yaml:4:3: tiers.draft.engine is missing; add it"])),
        (
            "large",
            snapshot(["p.yaml:4:10: draft must be a mapping of keys to values, got 'large'"]),
        ),
        (
            "{engine: llamacpp, model: smollm3}",
            snapshot(
                [
                    "p.yaml:4:36: model must be 'smollm2-135m-instruct' unless `path` names a GGUF file, got 'smollm3'"
                ]
            ),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, samples: 6}",
            snapshot(["p.yaml:4:68: samples must not exceed `parallel`, which is 4, got 6"]),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, context_tokens: 512}",
            snapshot(["p.yaml:4:3: max_tokens must leave room in `context_tokens`, which is 512"]),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, timeout: 60}",
            snapshot(
                [
                    "p.yaml:4:68: timeout must be a number with its unit (ms, s, m, h, d) like `500ms`, `60s` or `24h`, got 60"
                ]
            ),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, timeout: 400d}",
            snapshot(["p.yaml:4:68: timeout must be between `1ms` and `366d`, got '400d'"]),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, samples: true}",
            snapshot(["p.yaml:4:68: samples must be a whole number, got true"]),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, temperature: .inf}",
            snapshot(["p.yaml:4:72: temperature must be a finite number, got inf"]),
        ),
        (
            "{engine: llamacpp, model: smollm2-135m-instruct, endpoints: []}",
            snapshot(
                [
                    "p.yaml:4:59: unknown key 'endpoints'; known: card, context_tokens, engine, max_concurrency, max_queue, max_tokens, model, parallel, path, retries, samples, temperature, timeout, top_p"
                ]
            ),
        ),
        (
            "{engine: sglang, model: m, endpoints: []}",
            snapshot(["p.yaml:4:48: endpoints must not be empty, got an empty list"]),
        ),
        (
            "{engine: sglang, model: m, endpoints: [localhost, 'http://h/v1']}",
            snapshot(
                [
                    "p.yaml:4:49: endpoints[0] must be an address like `http://draft:30000`, got 'localhost'",
                    "p.yaml:4:60: endpoints[1] must be the base address, without `/v1`, `?` or `#`, got 'http://h/v1'",
                ]
            ),
        ),
        (
            "{engine: sglang, model: m, endpoints: 'http://h'}",
            snapshot(["p.yaml:4:48: endpoints must be a list like `[a, b]`, got 'http://h'"]),
        ),
        (
            "{engine: sglang, model: m, endpoints: ['http://h'], max_concurency: 3}",
            snapshot(
                ["p.yaml:4:62: unknown key 'max_concurency'; did you mean 'max_concurrency'?"]
            ),
        ),
        (
            "{engine: sglang, model: m, endpoints: ['http://h'], card: {usd_per_hour: -1}}",
            snapshot(
                [
                    "p.yaml:4:62: tiers.draft.card.name is missing; add it",
                    "p.yaml:4:83: usd_per_hour must be at least 0, got -1",
                ]
            ),
        ),
    ],
)
def test_a_wrong_tier(tier: str, expected: list[str]) -> None:
    """Each message names the place, the value and the way out."""
    assert problems_in(with_tier(tier)) == expected


@pytest.mark.parametrize(
    "key",
    ["api_key_env: sk-canary-1234", "api_key: sk-canary-1234", "endpoints: ['http://u:canary@h']"],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(key: str) -> None:
    """Errors reach terminals and logs."""
    tier = f"{{engine: sglang, model: m, {key}}}"

    assert "canary" not in "\n".join(problems_in(with_tier(tier)))


def test_tier_names_are_short_and_plain() -> None:
    """They are shown in headers and metrics."""
    text = with_tier("{engine: sglang, model: m, endpoints: ['http://h']}").replace(
        "draft", "Draft!"
    )

    assert problems_in(text) == snapshot(
        [
            "p.yaml:4:3: tier name 'Draft!' must be at most 32 of a-z, 0-9, `-` and `_`, and begin with a letter"
        ]
    )


def test_wrong_routes() -> None:
    """Types, ranges, words and keys of later versions."""
    text = with_routes(
        "  - {name: a, match: {task: [title, titles]}, ladder: [draft], stream: {gates: sentences, tokens: 2}}\n"
        "  - {name: b, match: {}, ladder: draft, escalate: continue}\n"
        "  - {name: c, ladder: [large], accept: {max_risks: 0.05, min_score: 1.5}, deadline_ms: 0}\n"
    )

    assert problems_in(text) == snapshot(
        [
            "p.yaml:7:30: task[0] must be 'draft', 'rewrite', 'proofread', 'shorten', 'expand', 'continue', 'fill', 'tone', 'summarize', 'outline', 'titles', 'reply', 'translate' or 'chat', got 'title'; did you mean 'titles'?",
            "p.yaml:7:73: unknown key 'gates'; did you mean 'gate'?",
            "p.yaml:7:99: tokens must be at least 8, got 2",
            "p.yaml:8:22: match must name at least one of `task`, `labels` and `language`, got an empty mapping",
            "p.yaml:8:34: ladder must be a list like `[a, b]`, got 'draft'",
            "p.yaml:8:51: escalate must be 'fresh' or 'repair', got 'continue'",
            "p.yaml:9:41: unknown key 'max_risks'; did you mean 'max_risk'?",
            "p.yaml:9:69: min_score must be at most 1, got 1.5",
            "p.yaml:9:88: deadline_ms must be at least 1, got 0",
        ]
    )


def test_routes_that_contradict_each_other_or_the_tiers() -> None:
    """Names, order, reachability and ladders are looked at together."""
    text = with_routes(
        "  - {name: a, match: {task: [titles, continue], language: en}, ladder: [draft, draft]}\n"
        "  - {name: a, match: {task: titles, language: en-GB, labels: x}, ladder: [drafts]}\n"
        "  - {name: b, ladder: [draft]}\n"
        "  - {name: c, match: {language: fr}, ladder: [draft]}\n"
    )

    assert problems_in(text) == snapshot(
        [
            "p.yaml:5:3: tier 'large' is in no ladder; add it to one or remove it",
            "p.yaml:7:80: tier 'draft' is in this ladder twice; name each tier once",
            "p.yaml:8:5: route 'a' is never reached: 'a' takes all its requests; put it first or narrow the other",
            "p.yaml:8:12: another route is named 'a' already; choose a different name",
            "p.yaml:8:75: unknown tier 'drafts'; did you mean 'draft'?",
            "p.yaml:9:5: only the last route may have no `match`; add one, or move this route to the end",
            "p.yaml:10:15: the last route takes the rest: remove its `match`, or add a route without one",
        ]
    )


def test_a_check_that_nobody_knows() -> None:
    """Told only where the caller says which checks there are."""
    text = with_routes(
        "  - {name: a, ladder: [draft, large], accept: {required_checks: [empty, refusals]}}\n"
    )

    parse_policy(text, source="p.yaml")

    assert problems_in(text, known_checks={"empty", "refusal"}) == snapshot(
        ["p.yaml:7:73: unknown check 'refusals'; did you mean 'refusal'?"]
    )


def test_a_route_is_reachable_where_an_earlier_one_asks_for_more() -> None:
    """A narrower match first is the normal order."""
    text = with_routes(
        "  - {name: a, match: {task: titles, labels: x}, ladder: [draft]}\n"
        "  - {name: b, match: {task: titles}, ladder: [large]}\n"
        "  - {name: c, ladder: [draft]}\n"
    )

    assert [route.name for route in parse_policy(text, source="p.yaml").routes] == ["a", "b", "c"]


def test_words_that_older_yaml_takes_for_truth_stay_words() -> None:
    """`no` is a label (and Norwegian), not false."""
    text = with_routes(
        "  - {name: on, match: {labels: [yes, off], language: no}, ladder: [draft]}\n"
        "  - {name: default, ladder: [large]}\n"
    )

    match = parse_policy(text, source="p.yaml").routes[0].match

    assert match is not None
    assert (match.labels, match.language) == (("yes", "off"), ("no",))
