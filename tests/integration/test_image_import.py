# SPDX-License-Identifier: Apache-2.0
"""Images from archives: of real tools, of every packing, and wrong in every way; what a bad one leaves behind (nothing); limits, full disks, kills."""
import base64
import json
import os
import shutil
import subprocess
import tarfile
import time

import pytest

from image_bed import (MACHINE, OCI_INDEX, OCI_MANIFEST, PROG, ROOT, ROOT_TAR, Image, digest, docker_archive, index_of, missing, oci_archive, oci_image, pack,
                       store, tar)

pytestmark = pytest.mark.skipif(bool(missing("xz", "zstd")), reason=missing("xz", "zstd") or "-")
PLAIN = tar(ROOT_TAR)
UPPER = tar([("etc/.wh.motd", b""), ("etc/new", b"n\n"), ("data/.wh..wh..opq", b"")])


def skopeo(*args):
    if not shutil.which("skopeo"):
        pytest.skip("needs skopeo")
    subprocess.run(["skopeo", "--insecure-policy", *args], check=True, capture_output=True, stdin=subprocess.DEVNULL)


# what is right


@pytest.mark.parametrize("packing", ["bare", "gzip", "xz", "zstd"])
def test_plain_root(store, packing):
    got = store.bring(pack(PLAIN, packing), "--name", "mine:1")
    assert got["name"] == "docker.io/library/mine:1"
    record = store.records()[got["image"]]
    assert record["layers"] == [digest(PLAIN)] and record["names"] == ["docker.io/library/mine:1"]
    layer = store.layer(digest(PLAIN))
    assert open(layer + "/etc/motd").read() == "welcome\n" and os.readlink(layer + "/bin/hi") == "hello"
    assert os.stat(layer + "/bin/hello").st_mode & 0o777 == 0o755
    assert store.bring(pack(PLAIN, packing))["image"] == got["image"]  # the same root is the same image


@pytest.mark.parametrize("packing", ["bare", "gzip", "xz", "zstd"])
@pytest.mark.parametrize("kind", ["oci", "docker"])
def test_archives(store, kind, packing):
    image = Image([PLAIN, UPPER], packing)
    data = oci_image(image, "docker.io/library/app:1") if kind == "oci" else docker_archive(image, ["app:1", "r.example/other:2"])
    got = store.bring(data)
    record = store.records()[image.id]
    assert got["image"] == image.id and record["layers"] == image.diff_ids
    assert record["names"] == ["docker.io/library/app:1"] + (["r.example/other:2"] if kind == "docker" else [])
    upper = store.layer(image.diff_ids[1])
    assert os.stat(upper + "/etc/motd").st_rdev == 0 and not os.path.isfile(upper + "/etc/motd")  # overlayfs' whiteout
    assert os.getxattr(upper + "/data", "trusted.overlay.opaque") == b"y"
    assert store.bring(pack(data, "gzip"), "--name", "again")["image"] == image.id  # packed as a whole, and named by the user
    assert any(line.get("status") == "already there" for line in store.said)


def test_real_tools_archives(store):
    """The busybox image of examples/, through skopeo into Docker's format and back."""
    images = os.path.join(store.dir, "images")
    p = subprocess.run([os.path.join(ROOT, "examples/images/build"), "busybox"], env={**os.environ, "SEDGE_IMAGES": images}, capture_output=True, text=True,
                       stdin=subprocess.DEVNULL)
    assert p.returncode == 0, p.stderr
    oci, docker, back = images + "/busybox.oci.tar", store.file("docker.tar"), store.file("back.tar")
    skopeo("copy", "oci-archive:" + oci, "docker-archive:%s:busybox:from-docker" % docker)
    skopeo("copy", "docker-archive:" + docker, "oci-archive:%s:latest" % back)
    first = store.bring(open(oci, "rb").read())
    names = store.records()[first["image"]]["names"]
    assert "docker.io/library/busybox:latest" in names
    second = store.bring(open(docker, "rb").read())
    third = store.bring(open(back, "rb").read(), "--name", "busybox:back")
    records = store.records()
    layers = {tuple(r["layers"]) for r in records.values()}
    assert len(layers) == 1 and len(os.listdir(store.path + "/layers")) == 2 * len(next(iter(layers)))  # shared by digest: a folder and its facts
    assert second["name"] == "docker.io/library/busybox:from-docker" and third["name"] == "docker.io/library/busybox:back"
    assert os.path.exists(store.layer(next(iter(layers))[0]) + "/bin/busybox")


def test_the_platform_of_an_archive(store):
    images = [Image([tar([("arch", a.encode())])], platform={"os": "linux", "architecture": a}) for a in (MACHINE, "s390x")]
    index = index_of(images)
    blobs = {k: v for i in images for k, v in i.blobs().items()}
    data = oci_archive({**blobs, digest(index): index}, [Image.descriptor(index, OCI_INDEX)])
    assert store.bring(data, "--name", "a")["image"] == images[0].id
    assert store.bring(data, "--name", "b", "--platform", "linux/s390x")["image"] == images[1].id
    store.refused("NOT_FOUND", "there is no image for linux/riscv64; there are: linux/%s, linux/s390x" % MACHINE, "import", "--platform", "linux/riscv64", data=data)
    store.refused("BAD_IMAGE", "the image is for linux/s390x", "import", data=docker_archive(images[1], ["x"]))


def test_several_images_in_one_archive(store):
    a, b = Image([PLAIN]), Image([PLAIN, UPPER])
    entries = [{**Image.descriptor(i.manifest, OCI_MANIFEST), "annotations": {"org.opencontainers.image.ref.name": n}} for i, n in ((a, "r.example/a:1"), (b, "r.example/b:1"))]
    data = oci_archive({**a.blobs(), **b.blobs()}, entries)
    store.refused("BAD_IMAGE", "several images: leave --name away", "import", "--name", "x", data=data)
    store.bring(data)
    assert {i: r["names"] for i, r in store.records().items()} == {a.id: ["r.example/a:1"], b.id: ["r.example/b:1"]}


def test_devices_are_left_out_and_said(store):
    entries = ROOT_TAR + [("dev/sda", {"type": tarfile.BLKTYPE, "devmajor": 8}), ("dev/null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})]
    store.bring(tar(entries), "--name", "x")
    assert any("2 device node(s) or socket(s) left out, the first is 'dev/sda'" in line.get("status", "") for line in store.said)


# what is wrong: one error each, and the store as it was

IMAGE = Image([PLAIN, UPPER])


def without(blob):
    return {k: v for k, v in IMAGE.blobs().items() if v != blob}


def changed(blob, to):
    return {k: (to if v == blob else v) for k, v in IMAGE.blobs().items()}


def image_with(layers=None, **config):
    """IMAGE with another configuration, well described."""
    image = Image([PLAIN, UPPER])
    image.layers = image.layers if layers is None else layers
    image.config = json.dumps({**json.loads(image.config), **config}).encode()
    manifest = json.loads(image.manifest)
    manifest["config"] = Image.descriptor(image.config, manifest["config"]["mediaType"])
    manifest["layers"] = [Image.descriptor(x, "") for x in image.layers]
    image.manifest = json.dumps(manifest).encode()
    return image


def evil(entries):
    return oci_image(Image([PLAIN, tar(entries)]))


def deep_index():
    blobs, entry = dict(IMAGE.blobs()), {**Image.descriptor(IMAGE.manifest, OCI_MANIFEST)}
    for _ in range(8):
        index = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
        blobs[digest(index)] = index
        entry = Image.descriptor(index, OCI_INDEX)
    return oci_archive(blobs, [entry])


BAD = {
    "empty": (b"", "BAD_IMAGE", "the archive is empty"),
    "text": (b"this is no archive at all\n" * 100, "BAD_IMAGE", "this is no tar archive"),
    "an empty tar": (tar([]), "BAD_IMAGE", "the archive holds nothing"),
    "gzip of nothing": (pack(b"", "gzip"), "CORRUPT", "unpack gzip"),
    "gzip cut off": (pack(PLAIN, "gzip")[:-20], "CORRUPT", "gzip"),
    "gzip flipped": (bytes(b ^ (i == 60) for i, b in enumerate(pack(PLAIN * 3, "gzip"))), "CORRUPT", "gzip"),
    "xz cut off": (pack(PLAIN, "xz")[:-20], "CORRUPT", "xz"),
    "zstd cut off": (pack(PLAIN, "zstd")[:-10], "CORRUPT", "zstd"),
    "packed twice": (pack(pack(PLAIN, "gzip"), "gzip"), "BAD_IMAGE", "this is no tar archive"),
    "tar cut off": (PLAIN[:2050], "CORRUPT", "read 'etc/motd'"),
    "header broken": (PLAIN[:512 * 3] + b"\x01" + PLAIN[512 * 3 + 1:], "CORRUPT", "after 2 entries"),
    "leads outside": (tar([("../x", b"")]), "BAD_IMAGE", "leads outside the layer"),
    "index is no JSON": (tar([("oci-layout", b"{}"), ("index.json", b"{")]), "BAD_IMAGE", "index.json"),
    "index without images": (oci_archive({}, []), "BAD_IMAGE", "names 0 images"),
    "index is a folder": (tar([("oci-layout", b"{}"), ("index.json", b"{}"), ("index.json/x", b"")]), "BAD_IMAGE", "leads through a file"),
    "index is a manifest": (tar([("oci-layout", b"{}"), ("index.json", IMAGE.manifest)]), "BAD_IMAGE", "index.json of the archive is not an index"),
    "manifest missing": (oci_image(IMAGE, blobs=without(IMAGE.manifest)), "BAD_IMAGE", "the archive has no file 'blobs/sha256/"),
    "manifest changed": (oci_image(IMAGE, blobs=changed(IMAGE.manifest, IMAGE.manifest + b" ")), "CORRUPT", "has the content of sha256:"),
    "config missing": (oci_image(IMAGE, blobs=without(IMAGE.config)), "BAD_IMAGE", "the archive has no file"),
    "config changed": (oci_image(IMAGE, blobs=changed(IMAGE.config, b"{}")), "CORRUPT", "has the content of sha256:"),
    "last layer missing": (oci_image(IMAGE, blobs=without(IMAGE.layers[1])), "BAD_IMAGE", "the archive has no file"),
    "last layer changed": (oci_image(IMAGE, blobs=changed(IMAGE.layers[1], IMAGE.layers[0])), "CORRUPT", "has the content of sha256:"),
    "diff id of another": (oci_image(image_with(rootfs={"diff_ids": [digest(PLAIN), digest(b"x")]})), "CORRUPT", "layer's content is %s" % digest(UPPER)),
    "too few diff ids": (oci_image(image_with(rootfs={"diff_ids": [digest(PLAIN)]})), "BAD_IMAGE", "the manifest has 2 layers, the configuration 1"),
    "no diff ids": (oci_image(image_with(rootfs={})), "BAD_IMAGE", "rootfs.diff_ids is missing"),
    "layer is no tar": (oci_image(image_with([IMAGE.layers[0], b"x" * 2000])), "BAD_IMAGE", "this is no tar archive"),
    "for another system": (oci_image(image_with(os="windows")), "BAD_IMAGE", "the image is for windows/"),
    "blobs are links outside": (tar([("oci-layout", b"{}"), ("index.json", json.dumps({"manifests": [Image.descriptor(IMAGE.manifest, OCI_MANIFEST)]}).encode()),
                                     ("blobs/sha256", {"type": tarfile.SYMTYPE, "linkname": "/etc"})]), "BAD_IMAGE", "the archive has no file"),
    "index is a FIFO": (tar([("oci-layout", b"{}"), ("manifest.json", {"type": tarfile.FIFOTYPE})] + ROOT_TAR + [("../x", b"")]), "BAD_IMAGE", "leads outside"),
    "indexes without end": (deep_index(), "BAD_IMAGE", "nested too deep"),
    "layer leads outside": (evil([("a/../../../etc/x", b"x")]), "BAD_IMAGE", "leads outside the layer"),
    "layer links outside": (evil([("h", {"type": tarfile.LNKTYPE, "linkname": "../../../etc/passwd"})]), "BAD_IMAGE", "leads outside the layer"),
    "layer too deep": (evil([("/".join(["d"] * 300), b"x")]), "TOO_BIG", "is deeper than"),
    "docker: no JSON": (tar([("manifest.json", b"[")]), "BAD_IMAGE", "manifest.json of the archive"),
    "docker: no images": (tar([("manifest.json", b"[]")]), "BAD_IMAGE", "it lists 0 images"),
    "docker: config missing": (tar([("manifest.json", b'[{"Config": "x", "Layers": []}]')]), "BAD_IMAGE", "the archive has no file 'x'"),
    "docker: config leads outside": (tar([("manifest.json", b'[{"Config": "../../../../etc/passwd", "Layers": []}]')]), "BAD_IMAGE", "the archive has no file"),
    "docker: layer missing": (docker_archive(IMAGE, ["x"], layers=[IMAGE.layers[0]]), "BAD_IMAGE", "manifest.json has 1 layers, the configuration 2"),
    "docker: layer of another": (docker_archive(IMAGE, ["x"], layers=[IMAGE.layers[0], IMAGE.layers[0]]), "CORRUPT", "layer's content is"),
    "docker: config is no config": (docker_archive(IMAGE, ["x"], config=b"{}"), "BAD_IMAGE", "rootfs.diff_ids is missing"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_archives(store, name):
    data, code, words = BAD[name]
    store.bring(tar([("other", b"stands")]), "--name", "stands")
    store.refused(code, words, "import", data=data)
    store.refused(code, words, "import", data=data)


def test_a_bad_archive_on_a_fresh_store(store):
    last = store.run("import", data=b"x", check=False)
    assert last["code"] == "BAD_IMAGE" and store.snapshot() == {}


def test_bad_arguments(store):
    for args in (["import", "--name", "No Name"], ["import", "--platform", "linux"], ["import", "--max-bytes", "lots"], ["import", "too", "many"], ["fetch"], ["pull"], ["pull", "a//b"]):
        assert store.run(*args, check=False)["code"] == "BAD_NAME"


# limits


def test_more_than_allowed(store):
    big = tar([("zeros", b"\0" * 3000000)])
    for data in (big, pack(big, "gzip"), oci_image(Image([PLAIN, big]))):
        store.refused("TOO_BIG", "raise --max-bytes", "import", "--max-bytes", "2000000", data=data)
    store.bring(pack(big, "gzip"), "--max-bytes", "20000000")


def test_a_bomb(store):
    """4 GiB of zeros in a few hundred kB: refused by what is allowed, long before it is unpacked."""
    header = tarfile.TarInfo("bomb")
    header.size = 4 << 30
    script = "(printf '%%s' \"$0\" | base64 -d; head -c %d /dev/zero) | zstd -q -c" % (4 << 30)
    bomb = subprocess.run(["sh", "-c", script, base64.b64encode(header.tobuf()).decode()], stdout=subprocess.PIPE, check=True).stdout
    assert len(bomb) < 2 << 20
    store.refused("TOO_BIG", "allowed", "import", "--max-bytes", str(64 << 20), data=bomb)
    store.refused("TOO_BIG", "allowed", "import", "--max-bytes", str(64 << 20), data=docker_archive(Image([PLAIN]), ["x"], layers=[bomb]))


def test_a_full_disk(store):
    """On a small tmpfs in a mount namespace: one error, and what stood stays whole."""
    small, big = oci_image(Image([PLAIN]), "docker.io/library/small:1"), tar([("data", os.urandom(30 << 20))])
    store.file("small.tar", small)
    store.file("big.tar", big)
    os.mkdir(store.path)
    script = """mount -t tmpfs -o size=90m tmpfs "$1" || exit 9
"$0" import --store "$1" < "$2/small.tar"; echo "small $?"
find "$1" -type f ! -name lock ! -name names | sort > "$2/before"
"$0" import --store "$1" < "$2/big.tar"; echo "big $?"
find "$1" -type f ! -name lock ! -name names | sort > "$2/after"
"$0" import --store "$1" --name again < "$2/small.tar"; echo "again $?"
"""
    p = subprocess.run(["unshare", "-m", "sh", "-c", script, PROG, store.path, store.dir], capture_output=True, text=True, env=store.env(), stdin=subprocess.DEVNULL)
    lines = p.stdout.splitlines()
    assert p.returncode == 0 and "small 0" in lines and "big 1" in lines and "again 0" in lines, p.stdout + p.stderr
    error = json.loads(lines[lines.index("big 1") - 1])
    assert error["code"] == "NO_SPACE"
    assert open(store.file("before")).read() == open(store.file("after")).read() != ""


def test_really_no_room(store):
    """A disk that is full to the last byte, so that not even a name can be written."""
    store.file("plain.tar", PLAIN)
    os.mkdir(store.path)
    script = """mount -t tmpfs -o size=100m tmpfs "$1" || exit 9
"$0" import --store "$1" --name one < "$2/plain.tar" > /dev/null; head -c 200m /dev/zero > "$1/filler" 2>/dev/null
"$0" import --store "$1" --name two < "$2/plain.tar"; echo "two $?"
rm "$1/filler"; "$0" import --store "$1" --name three < "$2/plain.tar"; echo "three $?"
"""
    p = subprocess.run(["unshare", "-m", "sh", "-c", script, PROG, store.path, store.dir], capture_output=True, text=True, env=store.env(), stdin=subprocess.DEVNULL)
    lines = p.stdout.splitlines()
    assert "two 1" in lines and "three 0" in lines, p.stdout + p.stderr
    assert json.loads(lines[lines.index("two 1") - 1])["code"] == "NO_SPACE"


# several at once, and killed


def test_two_helpers_at_once(store):
    layers = [tar([("f%d" % i, os.urandom(200000))]) for i in range(6)]
    data = store.file("a.tar", oci_image(Image(layers), "docker.io/library/a:1"))
    helpers = [store.start("import", stdin=open(data, "rb")) for _ in range(3)]
    last = [json.loads(h.communicate(timeout=120)[0].splitlines()[-1]) for h in helpers]
    assert [x.get("image") for x in last] == [Image(layers).id] * 3, last
    assert len(os.listdir(store.path + "/layers")) == 12 and os.listdir(store.path + "/tmp") == []


def test_killed_anywhere(store):
    layers = [tar([("f%d" % i, os.urandom(400000))]) for i in range(5)]
    image = Image(layers)
    data = store.file("a.tar", oci_image(image, "docker.io/library/a:1"))
    stands = store.bring(PLAIN, "--name", "stands")["image"]
    for k in range(12):
        with open(data, "rb") as f:
            helper = store.start("import", stdin=f)
        time.sleep(0.01 * k)
        helper.kill()
        helper.communicate()
        assert store.bring(PLAIN, "--name", "stands")["image"] == stands  # opens, and clears what is half made
        assert not [n for n in os.listdir(store.path + "/layers") if n.startswith("tmp-")] and os.listdir(store.path + "/tmp") == []
        for diff_id in image.diff_ids:
            if os.path.exists(store.layer(diff_id)):
                assert os.listdir(store.layer(diff_id)) == ["f%d" % image.diff_ids.index(diff_id)]
                assert os.path.getsize(store.layer(diff_id) + "/f%d" % image.diff_ids.index(diff_id)) == 400000
    assert store.bring(open(data, "rb").read())["image"] == image.id
