"""What can go wrong, grouped by who must act."""

from __future__ import annotations

from collections.abc import Sequence


class AssistantError(Exception):
    """Root of every error this library raises on purpose."""


class RequestError(AssistantError):
    """The caller must change the request; `param` names the field, `code` is stable for programs."""

    def __init__(
        self, message: str, *, param: str | None = None, code: str = "invalid_request"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


class PolicyError(AssistantError):
    """An admin must fix a policy file: one problem per line as `file:line:column: what, way out`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ArtefactError(AssistantError):
    """A confidence artefact is missing, malformed or not what its fingerprint says."""


class DataError(AssistantError):
    """A data file given to a command has a bad row; the message names file, line, value and way out."""


class EmbeddedError(AssistantError):
    """The embedded engine or Valkey cannot run; the message names the missing part and the command."""


class SettingsError(AssistantError):
    """An environment variable or option of this process is wrong; the message names it."""


class LaunchError(AssistantError):
    """A model server cannot be started or watched here; the message names what, where, and the way out."""


class EmbedderUnavailable(AssistantError):
    """Sentence embeddings cannot be computed now; scoring goes on without them."""


class RecordsUnavailable(AssistantError):
    """Decision records cannot be read or written now: their store does not answer."""


class CacheUnavailable(AssistantError):
    """What the cache holds cannot be looked at or changed now; what was begun can be asked for again."""

    def __init__(self) -> None:
        super().__init__(
            "cache: its Redis or Valkey does not answer, or not in time; check REDIS_URL and that it runs,"
            " then try again"
        )


class NotCached(AssistantError):
    """The caller asked for a cached answer only, and there is none (RFC 9111, `only-if-cached`)."""


class DeadlineExceeded(AssistantError):
    """The request's deadline passed before any tier had written a word."""

    def __init__(self, *, deadline_ms: int) -> None:
        super().__init__(
            f"no text was ready within the deadline of {deadline_ms} ms; allow more time"
        )
        self.deadline_ms = deadline_ms


class TierError(AssistantError):
    """A tier could not write; the workflow goes on with the next one."""

    def __init__(self, message: str, *, tier: str) -> None:
        super().__init__(f"tier {tier!r}: {message}")
        self.tier = tier

    @property
    def code(self) -> str:
        """Stable name of the failure for programs: the class in snake case."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class TierTimeout(TierError):
    """The tier did not finish within its time."""

    def __init__(self, *, tier: str, after_s: float) -> None:
        super().__init__(f"no complete text after {after_s:.1f} s", tier=tier)
        self.after_s = after_s


class TierOverloaded(TierError):
    """The tier's queue is full; `retry_after_s` is its own word, or None."""

    def __init__(self, *, tier: str, retry_after_s: float | None = None) -> None:
        hint = "" if retry_after_s is None else f", retry after {retry_after_s:g} s"
        super().__init__(f"queue is full{hint}", tier=tier)
        self.retry_after_s = retry_after_s


class TierUnavailable(TierError):
    """The tier cannot be reached, broke off, or answered something that is not its protocol."""

    def __init__(self, *, tier: str, detail: str) -> None:
        super().__init__(detail, tier=tier)
        self.detail = detail


class TierRejected(TierError):
    """The engine refused the request as invalid (HTTP 4xx other than overload and length)."""

    def __init__(self, *, tier: str, status: int, detail: str) -> None:
        super().__init__(f"refused with HTTP {status}: {detail}", tier=tier)
        self.status = status
        self.detail = detail


class ContextTooLong(TierError):
    """Prompt and answer do not fit the tier's context; lengths in tokens, None where not told."""

    def __init__(self, *, tier: str, context_tokens: int | None, prompt_tokens: int | None) -> None:
        super().__init__(
            f"prompt of {prompt_tokens or 'too many'} tokens exceeds the context of"
            f" {context_tokens or 'unknown'} tokens",
            tier=tier,
        )
        self.context_tokens = context_tokens
        self.prompt_tokens = prompt_tokens


class AllTiersFailed(AssistantError):
    """No tier of the ladder produced any text; `causes` holds one error per tier, in ladder order."""

    def __init__(self, causes: Sequence[TierError]) -> None:
        super().__init__("no tier could write: " + "; ".join(str(cause) for cause in causes))
        self.causes = tuple(causes)

    @property
    def retry_after_s(self) -> float | None:
        """The shortest wait any overloaded tier asked for, seconds."""
        waits = [
            cause.retry_after_s
            for cause in self.causes
            if isinstance(cause, TierOverloaded) and cause.retry_after_s is not None
        ]
        return min(waits, default=None)
