# SPDX-License-Identifier: Apache-2.0
"""Turns a file into a C header: `static const unsigned char NAME[]` and `NAME_len`.  embed.py FILE HEADER NAME"""
import json
import sys

source, header, name = sys.argv[1:4]
with open(source, "rb") as f:
    data = f.read()
if source.endswith(".json"):
    data = json.dumps(json.loads(data), separators=(",", ":")).encode()
with open(header, "w") as f:
    f.write("// SPDX-License-Identifier: Apache-2.0\n/* Made at build time from %s. */\n" % source.rsplit("/", 1)[-1])
    f.write("static const unsigned char %s[] = {\n" % name)
    for i in range(0, len(data), 24):
        f.write(",".join(str(b) for b in data[i : i + 24]) + ",\n")
    f.write("};\nstatic const size_t %s_len = sizeof(%s);\n" % (name, name))
