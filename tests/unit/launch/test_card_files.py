"""What the shipped card files promise, held against the arithmetic they state."""

from __future__ import annotations

import pytest

from assistant.errors import LaunchError
from assistant.launch.cards import (
    CardClass,
    Fit,
    card_classes,
    card_name,
    class_for,
    known_cards,
    read_card_class,
)
from assistant.launch.needs import SWA_SHARE, WINDOW_TOKENS

GIB_PER_KIB = 2**-20
CASES = [
    pytest.param(card_class, fit, id=f"{card_class.name} {model} {precision}")
    for card_class in card_classes()
    for model, fits in card_class.models.items()
    for precision, fit in fits.items()
]


def cache_tokens(card_class: CardClass, fit: Fit) -> float:
    """Tokens of cache on the smallest cards of the class."""
    memory_gb = min(card.memory_mib for card in card_class.reported.values()) / 1024
    fraction = fit.mem_fraction_static or float(card_class.value("mem-fraction-static"))
    room_gb = fit.gpus * memory_gb * fraction - fit.weights_gb
    return room_gb / (fit.kv_kib_per_token * GIB_PER_KIB)


def test_there_is_a_file_for_each_class() -> None:
    """The smallest cards come first."""
    assert [each.name for each in card_classes()] == ["24gb", "48gb", "80gb", "141gb"]


@pytest.mark.parametrize(("card_class", "fit"), CASES)
def test_what_a_file_says_fits_does(card_class: CardClass, fit: Fit) -> None:
    """Context and requests at once have room on the smallest card of the class."""
    tokens = cache_tokens(card_class, fit)

    assert tokens >= min(fit.context_length, 8192)
    assert tokens * SWA_SHARE / WINDOW_TOKENS >= fit.max_running_requests


@pytest.mark.parametrize(("card_class", "fit"), CASES)
def test_more_cards_are_asked_for_only_where_fewer_are_too_small(
    card_class: CardClass, fit: Fit
) -> None:
    """Half the cards would not hold the weights and one long text."""
    if fit.gpus > 1:
        fewer = fit.model_copy(update={"gpus": fit.gpus // 2})

        assert cache_tokens(card_class, fewer) < 2 * 8192


@pytest.mark.parametrize("name", sorted(known_cards()))
def test_every_card_belongs_to_the_class_whose_file_names_it(name: str) -> None:
    """By the memory that nvidia-smi reports."""
    card = known_cards()[name]

    found = class_for(card.memory_mib)

    assert found is not None
    assert name in found.cards
    assert card_name(card.name) == name


def test_the_31b_without_prefix_cache_still_fits_an_h200() -> None:
    """SGLang then reserves a window a request: 128 of them want 125 GB (measured), ours fit."""
    large = card_classes()[-1]
    fit = large.models["google/gemma-4-31B-it"]["bf16"]
    window_gb = 50 * 16 * 2 * 256 * 2 / 2**30
    chunks = 2 * 8192

    def sliding_gb(requests: int) -> float:
        return (requests * WINDOW_TOKENS + chunks) * window_gb

    assert sliding_gb(128) == pytest.approx(125, abs=1)
    assert sliding_gb(fit.max_running_requests) < 140.4 * 0.9 - fit.weights_gb


def test_cards_below_the_smallest_class_have_none() -> None:
    """A card of 16 GB holds no tier that is known."""
    assert class_for(16 * 1024) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("class: [", "not YAML"),
        ("class: 1gb\nfrom_gb: 1\ncolour: red", "cards: Field required"),
        ("- a", "the file: Input should be"),
    ],
)
def test_a_wrong_card_file_is_told_with_its_name(text: str, told: str) -> None:
    """The message names file and key."""
    with pytest.raises(LaunchError, match=r"cards/mine\.yaml: ") as caught:
        read_card_class(text, source="cards/mine.yaml")

    assert told in str(caught.value)
