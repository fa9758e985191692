from __future__ import annotations

from post_purchase.cli import entry

if __name__ == "__main__":
    entry()
