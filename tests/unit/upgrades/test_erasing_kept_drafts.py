"""Whoever erases answers erases drafts that are kept for a larger tier, too."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assistant.cache.admin import CacheAdmin, Which
from assistant.types import Caller
from support.cached import ANNA, BORIS, NOW, PATIENT, SECRET
from support.upgrades import better, keeping, kept, owner_of, ready, store_on
from support.valkey import Valkey

STRANGER = Caller(tenant="other", user="anna")
CALLERS = {"anna": ANNA, "boris": BORIS, "stranger": STRANGER}


@pytest.fixture
async def admin(valkey: Valkey) -> AsyncIterator[CacheAdmin]:
    """Of the shared server."""
    admin = CacheAdmin(valkey.url, SECRET, limits=PATIENT, wall_clock=lambda: NOW)
    yield admin
    await admin.aclose()


def streams(caller: Caller) -> list[str]:
    """Names of what is left of writing the caller's better text."""
    owner = owner_of(caller)
    return [f"ink:{{{owner.tenant}}}:{kind}:upgrade-{owner.user}-draft_1" for kind in "fqw"]


@pytest.mark.parametrize(
    ("which", "left"),
    [
        (Which(user=ANNA), {"boris", "stranger"}),
        (Which(tenant="acme"), {"stranger"}),
        (Which(everything=True), set()),
        (Which(user=BORIS, document="Some text."), {"anna", "stranger"}),
        (Which(tenant="other", written_before=NOW), {"anna", "boris"}),
        (Which(task="draft"), set()),
        (Which(answer="draft_1"), set()),
        (Which(answer="draft_2"), {"anna", "boris", "stranger"}),
        (Which(tenant="nobody"), {"anna", "boris", "stranger"}),
    ],
    ids=lambda value: str(value) if isinstance(value, Which) else "-".join(sorted(value)),
)
async def test_drafts_are_erased_with_the_answers(
    valkey: Valkey, admin: CacheAdmin, which: Which, left: set[str]
) -> None:
    """Of whom they are; by what they are about all of them go, for that is not listed."""
    async with store_on(valkey) as store:
        for caller in CALLERS.values():
            await store.keep([keeping(caller=caller)])
            await store.settle(caller, "draft_1", ready(better(answer_id="draft_1b")))
            for name in streams(caller):
                valkey.run("SET", name, "text on its way")

        await admin.erase(which)

        found = {name for name, caller in CALLERS.items() if await store.read(caller, "draft_1")}
        flying = {
            name
            for name, caller in CALLERS.items()
            if any(valkey.run("EXISTS", one) for one in streams(caller))
        }
    assert found == flying == left


async def test_nothing_is_left_of_a_tenant(valkey: Valkey, admin: CacheAdmin) -> None:
    """No name that tells that there was something."""
    async with store_on(valkey) as store:
        await store.keep([keeping(), keeping("draft_2", draft=kept())])
        await store.settle(ANNA, "draft_2", ready())

        await admin.erase(Which(tenant="acme"))

    assert valkey.run("DBSIZE") == 0


async def test_drafts_are_no_answers_that_are_counted(valkey: Valkey, admin: CacheAdmin) -> None:
    """Nor are they invalidated: they are served to nobody who does not name them."""
    async with store_on(valkey) as store:
        await store.keep([keeping()])

        stats = await admin.stats()
        count = await admin.invalidate(Which(tenant="acme"))

        assert (stats.entries, count) == (0, 0)
        assert await store.read(ANNA, "draft_1") is not None
