"""A process that runs an embedded host until it is told to leave, or is killed; run by tests."""

from __future__ import annotations

import sys

from assistant.embedded.host import embedded_host
from assistant.embedded.spec import HostSpec


def main() -> None:
    """Reads a HostSpec, prints the addresses, and leaves at the next line or the end of input."""
    with embedded_host(HostSpec.from_json(sys.stdin.readline())) as addresses:
        sys.stdout.write(addresses.to_json() + "\n")
        sys.stdout.flush()
        sys.stdin.readline()


if __name__ == "__main__":
    main()
