#!/usr/bin/env bash
# build.sh FOLDER: makes the images that the benchmarks read, in FOLDER: minbase.tar and large.tar as `docker save`
# writes them, and large.oci, the large one as an OCI layout with gzip layers.
#
# Needs root, a running engine that the docker client reaches (DOCKER_HOST), debootstrap, npm, go, python3-venv and
# skopeo. Takes about a quarter of an hour and 8 GB. What is finished is kept, so an interrupted run can go on.
#
# The large image, bottom first: Debian 12; interpreters and a JRE from its archive; a virtual environment of 65
# packages; an npm tree; jars and a Go program; and a layer that deletes one file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$out/build
context=$work/ctx
mkdir -p "$work" "$context"

packages_from_debian="python3 python3-venv nodejs npm openjdk-17-jre-headless ruby git"
jars_from_debian="libcommons-collections4-java libcommons-io-java libcommons-lang3-java libgoogle-gson-java libguava-java
    libhttpclient-java libhttpcore-java libjackson2-annotations-java libjackson2-core-java libjackson2-databind-java
    liblog4j2-java libslf4j-java libspring-beans-java libspring-core-java libxstream-java libyaml-snake-java"

# The base, as an image and as a folder to install into.
[ -d "$work/base" ] || debootstrap --variant=minbase bookworm "$work/base" >/dev/null
docker image inspect reference/minbase:1 >/dev/null 2>&1 ||
    tar -C "$work/base" -c . | docker import - reference/minbase:1 >/dev/null
docker save reference/minbase:1 -o "$out/minbase.tar"

# Layer 1: packages of the distribution, installed in a chroot with this machine's resolver and certificates.
if [ ! -d "$work/l1" ]; then
    cp -a "$work/base" "$work/l1"
    cp /etc/resolv.conf "$work/l1/etc/" || true
    cp -a /etc/ssl/certs/. "$work/l1/etc/ssl/certs/" 2>/dev/null || true
    mount -t proc proc "$work/l1/proc"
    trap 'umount "$work/l1/proc" 2>/dev/null || true' EXIT
    chroot "$work/l1" sh -c "apt-get update -q &&
        DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $packages_from_debian &&
        apt-get clean" >/dev/null
    umount "$work/l1/proc"
fi

# Layer 2: a Python application's environment.
if [ ! -d "$work/l2/opt/venv" ]; then
    mkdir -p "$work/l2/opt"
    python3 -m venv --copies "$work/l2/opt/venv"
    "$work/l2/opt/venv/bin/pip" -q install -r "$here/requirements.txt"
fi

# Layer 3: a Node.js application's tree.
if [ ! -d "$work/l3/srv/node/node_modules" ]; then
    mkdir -p "$work/l3/srv/node"
    cp "$here/package.json" "$work/l3/srv/node/"
    (cd "$work/l3/srv/node" && npm install --silent --no-audit --no-fund >/dev/null)
fi

# Layer 4: jars, a Go program with its module list inside, and the file that layer 5 deletes.
if [ ! -d "$work/l4" ]; then
    mkdir -p "$work/l4/opt/javaapp" "$work/l4/usr/local/bin" "$work/debs"
    echo gone >"$work/l4/opt/removed-later"
    (
        cd "$work/debs"
        # shellcheck disable=SC2086 # a list of names
        apt-get download -q $jars_from_debian >/dev/null
        for package in *.deb; do dpkg -x "$package" unpacked; done
        find unpacked -name '*.jar' -type f -exec cp {} "$work/l4/opt/javaapp/" \;
    )
    GOBIN="$work/l4/usr/local/bin" CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' sigs.k8s.io/kwok/cmd/kwok@v0.8.0
fi

for layer in 1 2 3 4; do
    [ -f "$context/l$layer.tar" ] ||
        tar -C "$work/l$layer" --exclude=./proc --exclude=./sys --exclude=./dev -cf "$context/l$layer.tar" .
done
cat >"$context/Dockerfile" <<'DOCKERFILE'
FROM reference/minbase:1
ADD l1.tar /
ADD l2.tar /
ADD l3.tar /
ADD l4.tar /
RUN rm -f /opt/removed-later
DOCKERFILE
DOCKER_BUILDKIT=0 docker build -q --network none -t reference/large:1 "$context" >/dev/null
docker save reference/large:1 -o "$out/large.tar"
skopeo copy -q "docker-archive:$out/large.tar" "oci:$out/large.oci:large"
ls -l "$out"
