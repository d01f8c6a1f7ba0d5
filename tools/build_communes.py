"""Rebuild the list of the communes of France from Etalab's edition of the official geographic code.

Usage: python tools/build_communes.py [--archive FILE]
Without --archive, `npm pack` fetches the pinned version. A newer edition is a change of VERSION and SHA256 here, and of
the version and date in the README beside the data.
"""

import argparse
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@etalab/decoupage-administratif"
VERSION = "6.0.0"
SHA256 = "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a"
TARGET = Path(__file__).resolve().parent.parent / "platform/conciergeries/towns/communes/data"


def fetch(folder: Path) -> Path:
    """The package's archive, fetched by npm into a folder."""
    command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603  fixed words only
    return folder / done.stdout.split()[-1]


def read(archive: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Communes, departments and regions, from an archive whose digest is the expected one."""
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        sys.exit(f"{archive.name}: expected sha256 {SHA256}, found {digest}")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:

        def load(name: str) -> list[dict[str, Any]]:
            member = tar.extractfile(f"package/data/{name}.json")
            if member is None:
                sys.exit(f"{archive.name}: no data/{name}.json")
            rows: list[dict[str, Any]] = json.load(member)
            return rows

        return load("communes"), load("departements"), load("regions")


def communes_csv(communes: list[dict[str, Any]]) -> str:
    current = [commune for commune in communes if commune["type"] == "commune-actuelle"]
    # Largest first: the order in which a search shows equally good answers, so that it never has to sort.
    current.sort(key=lambda commune: (-(commune.get("population") or 0), commune["code"]))
    lines = ["codes;name;population"]
    for commune in current:
        codes = " ".join([commune["code"], *sorted(commune.get("codesPostaux", []))])
        population = commune.get("population")
        fields = [codes, commune["nom"], "" if population is None else str(population)]
        # The search relies on both: a line is a commune, and a digit after a space is a postcode.
        if any(";" in field or "\n" in field for field in fields) or re.search(r"\d", commune["nom"]):
            sys.exit(f"a separator or a digit where none is expected: {fields}")
        lines.append(";".join(fields))
    return "\n".join(lines) + "\n"


def departments_csv(departments: list[dict[str, Any]], regions: list[dict[str, Any]]) -> str:
    region_names = {region["code"]: region["nom"] for region in regions}
    rows = sorted((d["code"], d["nom"], region_names[d["region"]]) for d in departments)
    return "\n".join(["code;name;region", *(";".join(row) for row in rows)]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="an archive already fetched, instead of calling npm")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        communes, departments, regions = read(arguments.archive or fetch(Path(folder)))
    text = communes_csv(communes)
    # mtime=0: the same data gives the same bytes, and so no change to commit.
    (TARGET / "communes.csv.gz").write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    (TARGET / "departments.csv").write_text(departments_csv(departments, regions), encoding="utf-8")
    print(f"{text.count(chr(10)) - 1} communes, {len(departments)} departments")


if __name__ == "__main__":
    main()
