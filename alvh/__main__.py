"""The core from a shell: ``python -m alvh price`` and ``python -m alvh simulate``."""

from __future__ import annotations

import sys

from alvh.lab.command import main

if __name__ == "__main__":
    sys.exit(main())
