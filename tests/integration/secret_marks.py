# SPDX-License-Identifier: Apache-2.0
"""Looks for a value that must stand nowhere: as it is, in hexadecimal, in base64."""
import base64
import pathlib


def spellings(mark):
    """The ways in which a value could be written: plain, hexadecimal, base64 at each of the three offsets."""
    raw = mark.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        yield text[(0, 2, 3)[shift]:len(text) // 4 * 4 - 4]


def holds(data, mark):
    data = data.encode() if isinstance(data, str) else data
    return any(s in data for s in spellings(mark))


def files_with(mark, *folders):
    hits = []
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            try:
                if path.is_file() and not path.is_symlink() and holds(path.read_bytes(), mark):
                    hits.append(str(path))
            except OSError:
                continue  # gone meanwhile
    return hits


def command_lines_with(mark):
    hits = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if holds(path.read_bytes(), mark):
                hits.append(path.read_bytes())
        except OSError:
            continue
    return hits
