"""What writers say of stored texts, and their wish to have them erased."""

from __future__ import annotations

from assistant.bounded import Down
from assistant.cache.reference import EntryRef
from assistant.cache.store.answers import AnswerStore
from assistant.cache.store.place import Place
from assistant.cache.store.sharing import SharedAnswers, SharedCopy


class Verdicts:
    """Takes verdicts, everywhere a text lies.

    Every method says whether all of it was done; false where the server does not answer: it can then be
    asked again, as often as it takes.
    """

    def __init__(self, place: Place) -> None:
        """`place` is the server, with time to answer: what is lost here is not said again."""
        self._answers = AnswerStore(place)
        self._shared = SharedAnswers(place)

    async def accept(self, ref: EntryRef, user: str) -> bool:
        """Keeps a text for its full time and puts it forward for sharing, where that is wanted."""
        if ref.shared:
            return await self._answers.pardon(ref)
        fields = await self._answers.accept(ref, user)
        if isinstance(fields, Down):
            return False
        if not fields:
            return True
        counted = await self._shared.put_forward(ref.partition, ref.id, fields)
        if isinstance(counted, Down):
            return False
        return counted or await self._answers.not_put_forward(ref)

    async def reject(self, ref: EntryRef, user: str) -> bool:
        """Never serves a text to its request again; one that the user had put forward to nobody."""
        copy = await self._shared.copy(ref) if ref.shared else None
        kept_s = copy.left_s if isinstance(copy, SharedCopy) else 0.0
        put_forward = await self._answers.refuse(ref, user, kept_s=kept_s)
        if isinstance(put_forward, Down) or isinstance(copy, Down):
            return False
        if put_forward is not None:
            taken_back = await self._shared.take_back(put_forward, ref.id)
            return taken_back and await self._answers.not_put_forward(ref)
        if copy is not None:
            # Nothing happens where it is not what the user votes for.
            return await self._shared.withdraw(ref.shared, copy.key, user, ref.id)
        return True

    async def forget(self, ref: EntryRef) -> bool:
        """Erases a text and what was derived from it. One that another user wrote is not the caller's to erase."""
        if ref.shared:
            copy = await self._shared.copy(ref)
            if copy is None or isinstance(copy, Down):
                return copy is None
            # Only its writer has that partition.
            if copy.home != ref.partition:
                return True
            if not await self._erase_copy(ref, copy):
                return False
        return await self._erase_own(ref)

    async def _erase_copy(self, ref: EntryRef, copy: SharedCopy) -> bool:
        withdrawn = await self._shared.withdraw(ref.shared, copy.key, copy.user, ref.id)
        return withdrawn and await self._answers.erase(ref.shared, [ref.id])

    async def _erase_own(self, ref: EntryRef) -> bool:
        put_forward = await self._answers.put_forward(ref.partition, ref.id)
        if isinstance(put_forward, Down):
            return False
        if put_forward and not await self._shared.take_back(put_forward, ref.id):
            return False
        return await self._answers.erase(ref.partition, [ref.id], asked=ref.exact, text=ref.text)
