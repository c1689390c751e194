"""`python -m assistant.cli`: the command line of this very interpreter, installed or not."""

from __future__ import annotations

from assistant.cli.main import app

if __name__ == "__main__":
    app()
