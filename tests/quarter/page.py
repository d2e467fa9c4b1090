"""The section WORKED EXAMPLE of slad-indicators(7): its tables, literal blocks and prose; and the
formulas of the catalogue."""
import os
import re

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../man/slad-indicators.7")
MACRO = re.compile(r"^\.(?:(?:Ic|Ql|Xr|Pq|Sx|Em|It|Li) ?)*|\b(?:No|Ic) ")


def section(name):
    with open(PAGE, encoding="utf-8") as file:
        found = re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh )", file.read(), re.M | re.S)
    return found[1].splitlines()


def cells(line):
    return [re.sub(r"^Sy ", "", cell).strip() for cell in re.split(r" Ta ?", line.removeprefix(".It "))]


class Worked:
    """tables: rows of cells without the head, by the heading they stand under; blocks: literal
    lines, in order; prose: all else, as one line."""

    def __init__(self):
        self.tables, self.blocks, prose = {}, [], []
        heading = inside = None
        for line in section("WORKED EXAMPLE"):
            if line.startswith(".Ss "):
                heading = line[4:]
            elif line.startswith(".Bl -column"):
                inside = self.tables.setdefault(heading, [])
                inside.append([])
            elif line.startswith(".Bd"):
                inside = self.blocks
                inside.append([])
            elif line in (".El", ".Ed"):
                inside = None
            elif inside is self.blocks:
                inside[-1].append(line)
            elif inside is not None:
                inside[-1].append(cells(line))
            elif not re.match(r"\.(Bl|Pp)", line):
                prose.append(MACRO.sub("", line))
        self.heads = {name: [table[0] for table in tables] for name, tables in self.tables.items()}
        self.tables = {name: [table[1:] for table in tables] for name, tables in self.tables.items()}
        self.prose = re.sub(r" ([.,;])(?= |$)", r"\1", " ".join(filter(None, prose)))


def formulas():
    """What stands before the colon behind each indicator of the catalogue."""
    text = "\n".join(section("CATALOGUE"))
    return dict(re.findall(r"^\.It Ic (\w+) No \S+\n([^:]+):", text, re.M))


def characteristics():
    """The indicators of each characteristic, by the catalogue."""
    found = {}
    for line in section("CATALOGUE"):
        if line.startswith(".Ss "):
            indicators = found.setdefault(line[4:].lower(), [])
        elif line.startswith(".It Ic "):
            indicators.append(line.split()[2])
    return found
