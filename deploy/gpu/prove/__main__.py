"""`python -m deploy.gpu.prove`, from the folder that holds `deploy`."""

from __future__ import annotations

import sys

from deploy.gpu.prove.main import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
