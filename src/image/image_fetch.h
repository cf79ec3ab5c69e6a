// SPDX-License-Identifier: Apache-2.0
/* Bringing images in: pulled from a registry or imported from an archive, checked by digest and unpacked in a helper process with few rights. */
#pragma once

#include "image/image.h"

/* The helper's program: `sedge image-helper pull REF` or `sedge image-helper import [--name NAME]` (archive on standard input: OCI or Docker archive, or a plain root
 * tar; gzip, zstd, xz or bare), with --store FOLDER [--platform os/arch[/variant]] [--registries FILE] [--max-bytes N].
 * Progress comes on standard output as JSON lines: {"status": "text", "layer": "sha256:..", "current": n, "total": n}, at last
 * {"image": "sha256:...", "name": "..."} and exit status 0, or {"error": "text", "code": "NOT_FOUND|DENIED|UNREACHABLE|CORRUPT|TOO_BIG|NO_SPACE|BAD_IMAGE|BAD_NAME|FAILED"} and 1.
 * Two helpers may run at once on one store, also for the same image. Broken at any point (kill -9, power cut), the store holds nothing half-made, and a pull goes on where it broke. */
int image_helper_main(int argc, char **argv);

/* Registries' credentials and settings (JSON file, by default /etc/sedge/registries.json; missing is fine):
 * {"registries": {"host:port": {"username", "password", "ca": path, "insecure": bool (plain HTTP or unchecked TLS), "mirror": "host:port"}}}.
 * ~/.docker/config.json's "auths" is read as well. Registries on loopback may speak plain HTTP. */
