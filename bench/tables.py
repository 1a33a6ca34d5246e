"""Tables for a terminal and as tab-separated files, and the numbers in them."""

import csv
import math


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(math.log(value) for value in values) / len(values))


def grouped(number):
    """12345 as 12,345."""
    return f"{number:,}"


def table(headings, rows):
    """Lines of a table: the first column to the left, the others to the right."""
    cells = [headings, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    lines = []
    for row in cells:
        others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))
        lines.append("  ".join([row[0].ljust(widths[0]), *others]).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def read_tsv(path):
    """The rows of a tab-separated file, each a dictionary by the headings."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write_tsv(path, headings, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        for row in [headings, *rows]:
            file.write("\t".join("" if cell is None else str(cell) for cell in row) + "\n")
