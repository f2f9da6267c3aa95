"""Rows of figures: kept as JSON, shown as a table."""

import json
import subprocess
from typing import Any

from lab import ROOT

Row = dict[str, Any]


def commit() -> str:
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip()


def median(rows: list[Row]) -> Row:
    """Of several runs of one method: the median of each figure."""
    merged = dict(rows[0])
    for key, value in rows[0].items():
        if isinstance(value, (int, float)) and not isinstance(value, bool) and key not in ("seed", "rate", "rtt"):
            values = sorted(row[key] for row in rows if isinstance(row.get(key), (int, float)))
            merged[key] = values[len(values) // 2]
    merged["runs"] = len(rows)
    return merged


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if value < 100 else f"{value:.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def table(rows: list[Row], keys: list[str]) -> str:
    lines = [keys, *[[_text(row.get(key)) for key in keys] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(keys))]
    shown = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths)))
             for line in lines]
    for row in rows:
        for remark in ("error", "note"):
            if row.get(remark):
                shown.append(f"  {row['method']}: {row[remark]}")
    return "\n".join(shown)


def save(rows: list[Row], path: str) -> None:
    with open(path, "w") as out:
        json.dump(rows, out, indent=1)
        out.write("\n")
