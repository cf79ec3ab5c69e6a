# SPDX-License-Identifier: Apache-2.0
"""A store of its own, archives of every kind made by hand, and short words for what the images' tests do with them.

The image helper's test program is looked for at $SEDGE_IMAGE_PROG, then below $SEDGE_BUILD, then in build/."""
import gzip
import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import tarfile
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROG = os.environ.get("SEDGE_IMAGE_PROG") or os.path.join(ROOT, os.environ.get("SEDGE_BUILD", "build"), "tests/unit/image/image_helper_prog")
MACHINE = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}.get(os.uname().machine, os.uname().machine)
MACHINE_PLATFORM = {"os": "linux", "architecture": MACHINE}
OCI_MANIFEST, OCI_INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
OCI_CONFIG, OCI_LAYER = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar"


def missing(*tools):
    if os.geteuid() != 0:
        return "needs root: the jail's namespaces"
    for tool in tools:
        if not shutil.which(tool):
            return "needs %s" % tool
    if not os.path.exists(PROG):
        return "needs the image helper's test program at %s" % PROG
    return ""


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def pack(data, how):
    if how == "bare":
        return data
    if how == "gzip":
        return gzip.compress(data, mtime=0)
    return subprocess.run([how, "-c", "-q"], input=data, stdout=subprocess.PIPE, check=True).stdout


def tar(entries, end=True):
    """[(name, content or {"type": .., "linkname": .., ...})] as a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        for name, what in entries:
            info = tarfile.TarInfo(name)
            data = what if isinstance(what, bytes) else what.get("data", b"")
            for key, value in (what.items() if isinstance(what, dict) else ()):
                if key != "data":
                    setattr(info, key, value)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


ROOT_TAR = [("bin", {"type": tarfile.DIRTYPE, "mode": 0o755}), ("bin/hello", {"data": b"#!/bin/sh\n", "mode": 0o755}), ("etc/motd", b"welcome\n"),
            ("bin/hi", {"type": tarfile.SYMTYPE, "linkname": "hello"})]


class Image:
    """An image as blobs: layers are bare tars, packed as asked for."""

    def __init__(self, layers, packing="gzip", platform=None, config=None):
        self.diff_ids = [digest(x) for x in layers]
        self.layers = [pack(x, packing) for x in layers]
        platform = platform or MACHINE_PLATFORM
        self.platform = platform
        self.config = json.dumps({**platform, "config": config or {"Cmd": ["/bin/hello"]}, "rootfs": {"type": "layers", "diff_ids": self.diff_ids}}).encode()
        self.manifest = json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": self.descriptor(self.config, OCI_CONFIG),
                                    "layers": [self.descriptor(x, OCI_LAYER) for x in self.layers]}).encode()
        self.id = digest(self.config)

    @staticmethod
    def descriptor(data, media_type):
        return {"mediaType": media_type, "digest": digest(data), "size": len(data)}

    def blobs(self):
        return {digest(x): x for x in [self.config, self.manifest, *self.layers]}


def index_of(images):
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX,
                       "manifests": [{**Image.descriptor(i.manifest, OCI_MANIFEST), "platform": i.platform} for i in images]}).encode()


def oci_archive(blobs, entries):
    """entries: descriptors of index.json."""
    return tar([("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'), ("index.json", json.dumps({"schemaVersion": 2, "manifests": entries}).encode())] +
               [("blobs/sha256/" + name[7:], data) for name, data in blobs.items()])


def oci_image(image, name=None, blobs=None):
    entry = Image.descriptor(image.manifest, OCI_MANIFEST)
    if name:
        entry["annotations"] = {"org.opencontainers.image.ref.name": name}
    return oci_archive(image.blobs() if blobs is None else blobs, [entry])


def docker_archive(image, names, layers=None, config=None, listed=None):
    files = [("layer%d.tar" % i, x) for i, x in enumerate(image.layers if layers is None else layers)]
    manifest = [{"Config": "config.json", "RepoTags": names, "Layers": [name for name, _ in files]}] if listed is None else listed
    return tar([("config.json", image.config if config is None else config), *files, ("manifest.json", json.dumps(manifest).encode())])


class Store:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="image-bed-", dir="/tmp")
        self.path = os.path.join(self.dir, "store")
        self.registries = {}

    def close(self):
        shutil.rmtree(self.dir)

    def file(self, name, data=None):
        path = os.path.join(self.dir, name)
        if data is not None:
            with open(path, "wb") as f:
                f.write(data)
        return path

    def command(self, verb, *args):
        os.replace(self.file("registries.new", json.dumps({"registries": self.registries}).encode()), self.file("registries.json"))  # helpers may be reading it
        return [PROG, verb, *args, "--store", self.path, "--registries", self.file("registries.json")]

    def env(self):
        return {**os.environ, "HOME": self.dir}

    def start(self, verb, *args, **kw):
        return subprocess.Popen(self.command(verb, *args), stdout=subprocess.PIPE, env=self.env(), **{"stdin": subprocess.DEVNULL, **kw})

    def run(self, verb, *args, data=b"", check=True):
        """The helper's last line; all lines stand in self.said."""
        p = subprocess.run(self.command(verb, *args), input=data, capture_output=True, env=self.env(), timeout=120)
        assert p.stderr == b"", p.stderr
        self.said = [json.loads(line) for line in p.stdout.splitlines()]
        last = self.said[-1]
        assert (p.returncode == 0) == ("image" in last) and (p.returncode == 1) == ("error" in last), (p.returncode, last)
        if check:
            assert p.returncode == 0, last
        return last

    def bring(self, data, *args):
        return self.run("import", *args, data=data)

    def refused(self, code, words, verb, *args, data=b""):
        """It fails with one clear error, and the store stays as it was."""
        before = self.snapshot()
        last = self.run(verb, *args, data=data, check=False)
        assert last.get("code") == code and words in last["error"], last
        assert sum("error" in line for line in self.said) == 1
        assert "\n" not in last["error"]
        assert self.snapshot() == before
        return last["error"]

    def snapshot(self):
        """Everything in the store but locks, and downloads that go on later."""
        found = {}
        for folder, folders, files in os.walk(self.path):
            if os.path.relpath(folder, self.path) == "partial":
                continue
            for name in folders + files:
                path = os.path.join(folder, name)
                st = os.lstat(path)
                if name not in ("lock", "names"):
                    found[os.path.relpath(path, self.path)] = (stat.filemode(st.st_mode), st.st_size if stat.S_ISREG(st.st_mode) else 0)
        found.pop("partial", None)
        return {k: v for k, v in found.items() if k not in ("blobs", "blobs/sha256", "layers", "images", "tmp")}

    def records(self):
        folder = os.path.join(self.path, "images")
        found = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name)) as f:
                record = json.load(f)
            found[record["id"]] = record
        return found

    def layer(self, diff_id):
        return os.path.join(self.path, "layers", diff_id[7:])

    def partials(self):
        folder = os.path.join(self.path, "partial")
        return {name: os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)}


@pytest.fixture
def store():
    s = Store()
    try:
        yield s
    finally:
        s.close()
