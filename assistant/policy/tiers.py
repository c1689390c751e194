"""Tiers: a model, where it runs, what it may be asked for at once, and what its card costs."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from assistant.policy.base import Strict, wrong
from assistant.policy.duration import Duration

BUILT_IN_MODEL = "smollm2-135m-instruct"
"""The one model that needs no `path`."""


def _endpoint(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        message = "must be an address like `http://draft:30000`"
        raise wrong(message)
    if "@" in parts.netloc:
        message = "must hold no user or password; name the variable with the key in `api_key_env`"
        raise wrong(message, secret=True)
    trimmed = url.rstrip("/")
    if parts.query or parts.fragment or trimmed.endswith("/v1"):
        message = "must be the base address, without `/v1`, `?` or `#`"
        raise wrong(message)
    return trimmed


def _variable_name(name: str) -> str:
    if not (name.isascii() and name.isidentifier() and name.isupper()):
        message = "must be the NAME of an environment variable in capitals, never the key itself"
        raise wrong(message, secret=True)
    return name


Endpoint: TypeAlias = Annotated[str, AfterValidator(_endpoint)]
"""Base address of an engine over http or https."""

VariableName: TypeAlias = Annotated[str, AfterValidator(_variable_name)]
"""Name of an environment variable."""


class Card(Strict):
    """The hardware a tier runs on and its price, from which the cost of an answer follows."""

    name: str = Field(min_length=1)
    """Name of the card, as in the cost tables; `cpu` for a tier without one."""

    usd_per_hour: float = Field(default=0.0, ge=0)
    """Price of one card for one hour in US dollars; 0 counts seconds but no money."""


class _TierBase(Strict):
    """Keys that every engine has."""

    samples: int = Field(default=1, ge=1, le=8)
    """Texts written to one prompt, the best by score is kept; they share the prompt's cost."""

    retries: int = Field(default=1, ge=0, le=5)
    """Further attempts while nothing was written yet; after the first token there are none."""

    temperature: float = Field(default=0.7, ge=0, le=2)
    """Sampling temperature where the request names none; 0 always takes the likeliest token."""

    top_p: float = Field(default=0.95, gt=0, le=1)
    """Share of the probability that is sampled from where the request names none."""


FlagName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
"""Name of an option of `sglang.launch_server`, without the leading dashes."""


_OWNED_FLAGS = {
    "api-key": "api_key_env",
    "context-length": "context_tokens",
    "host": "endpoints",
    "model": "launch.weights",
    "model-path": "launch.weights",
    "port": "endpoints",
    "quantization": "quantization",
    "served-model-name": "model",
    "tensor-parallel-size": "gpus",
    "tp-size": "gpus",
}
"""Flags that follow from another key of the tier: two places for one thing would contradict."""


class LaunchPolicy(Strict):
    """How `inkladder tiers up` starts a server, where that differs from what suits its card."""

    weights: str | None = Field(default=None, min_length=1)
    """Folder or hub name to load; `null` loads `model`."""

    flags: dict[FlagName, str | int | float | bool] = Field(default={})
    """Options of `sglang.launch_server` to add or change, without dashes; `false` leaves one out."""

    @field_validator("flags")
    @classmethod
    def _not_owned(
        cls, flags: dict[str, str | int | float | bool]
    ) -> dict[str, str | int | float | bool]:
        for name in flags:
            if name in _OWNED_FLAGS:
                message = f"must not hold {name!r}; set `{_OWNED_FLAGS[name]}` of the tier"
                raise wrong(message)
        return flags


class SGLangTierPolicy(_TierBase):
    """A model behind one or more SGLang servers."""

    engine: Literal["sglang"]
    """`sglang`: any OpenAI-compatible SGLang endpoint."""

    model: str = Field(min_length=1)
    """Name the servers know the model by."""

    endpoints: tuple[Endpoint, ...] = Field(min_length=1)
    """Base addresses without `/v1`; several serve the same model and share its load."""

    api_key_env: VariableName | None = None
    """Environment variable that holds the servers' key; `null` sends none. Never the key itself."""

    card: Card = Card(name="gpu")
    """What the servers run on; without a price, costs are told in GPU-seconds alone."""

    gpus: int = Field(default=1, ge=1, le=8)
    """Cards that one server spreads the model over (tensor parallelism); each is paid for."""

    quantization: Literal["fp8", "awq", "gptq"] | None = None
    """Precision of the weights: `fp8` halves them at load time; `awq` and `gptq` need weights that
    were quantised so; `null` serves them as they are (bf16). Measured costs are kept apart by it."""

    context_tokens: int | None = Field(default=None, ge=256)
    """Context window to serve, prompt and text together; `null` serves what fits the card well."""

    launch: LaunchPolicy = LaunchPolicy()
    """How `inkladder tiers up` starts the servers; without meaning for servers started otherwise."""

    hedge_after_s: Duration | None = Field(default=None, alias="hedge_after")
    """Time without a first token after which a second endpoint is asked, too, and the faster one is
    kept; `null` never does. It costs the time of two cards and needs two endpoints."""

    max_concurrency: int = Field(default=32, ge=1)
    """Requests running at once; at 32 a card is well used and a 31B model still begins in 1.2 s."""

    max_queue: int = Field(default=128, ge=0)
    """Requests that may wait for their turn; one more is refused as overloaded."""

    timeout_s: Duration = Field(default=60.0, alias="timeout")
    """Time for one whole generation: 1,024 tokens of a 31B model under load take half of it."""

    max_tokens: int = Field(default=1024, ge=1)
    """Longest text where the request names no length: about 750 English words."""

    @model_validator(mode="after")
    def _serves(self) -> Self:
        if self.context_tokens is not None and self.max_tokens >= self.context_tokens:
            message = f"must leave room in `context_tokens`, which is {self.context_tokens}"
            raise wrong(message, key="max_tokens")
        if self.hedge_after_s is not None and len(set(self.endpoints)) == 1:
            message = "needs a second endpoint to ask; add one to `endpoints`, or remove this key"
            raise wrong(message, key="hedge_after")
        return self


class LlamaCppTierPolicy(_TierBase):
    """A GGUF model in a child process of ours; tiers that name the same one share it."""

    engine: Literal["llamacpp"]
    """`llamacpp`: the embedded engine."""

    model: str = Field(min_length=1)
    """`smollm2-135m-instruct` is built in; with `path` any name that users should see."""

    path: str | None = Field(default=None, min_length=1)
    """GGUF file to load instead of the built-in model."""

    context_tokens: int = Field(default=8192, ge=256)
    """Context window in tokens, for prompt and text together; 8,192 is all SmolLM2 knows."""

    parallel: int = Field(default=4, ge=1, le=64)
    """Texts the engine writes at once; it must be at least `samples`."""

    card: Card = Card(name="cpu")
    """What the engine runs on."""

    max_concurrency: int = Field(default=4, ge=1)
    """Requests running at once; more than `parallel` would only wait inside the engine."""

    max_queue: int = Field(default=16, ge=0)
    """Requests that may wait for their turn; one more is refused as overloaded."""

    timeout_s: Duration = Field(default=120.0, alias="timeout")
    """Time for one whole generation: four samples of 512 tokens take 25 s on two idle cores."""

    max_tokens: int = Field(default=512, ge=1)
    """Longest text where the request names no length: about 380 English words."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.path is None and self.model != BUILT_IN_MODEL:
            message = f"must be {BUILT_IN_MODEL!r} unless `path` names a GGUF file"
            raise wrong(message, key="model")
        if self.samples > self.parallel:
            message = f"must not exceed `parallel`, which is {self.parallel}"
            raise wrong(message, key="samples")
        if self.max_tokens >= self.context_tokens:
            message = f"must leave room in `context_tokens`, which is {self.context_tokens}"
            raise wrong(message, key="max_tokens")
        return self
