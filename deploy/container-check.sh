#!/usr/bin/env bash
# Builds the container files of this folder without a registry, and runs the images as they are run in
# a cluster: as their own user, with a root that cannot be written.
#   ./mvnw package -DskipTests && sudo deploy/container-check.sh
# It needs root on Debian, buildah and debootstrap, and takes three minutes. The base images are
# replaced by Debian with its JRE 17; PyTorch's image by one with a folder of the same layout; the
# native executable, where none was built, by a script that prints "serve". What it cannot show is
# that the real base images work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$PWD/target/containers
checkpoint=src/main/resources/checkpoints/sanaq-emoji
mkdir -p "$work"
# The base stays for the next time; a change of packages makes a new one.
packages=openjdk-17-jre-headless,libgomp1
base=$work/base-$(echo "$packages" | sha256sum | head -c 12)
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
buildah() { command buildah --root "$work/storage" --runroot "$work/run" "$@"; }

fail() {
  echo "container-check: $*" >&2
  exit 1
}

# Nothing was checked: a tool or the base is not to be had here.
unavailable() {
  echo "container-check: $*" >&2
  exit 3
}

[ "$(id -u)" = 0 ] || unavailable "it needs root: debootstrap and buildah's chroot isolation do"
for tool in buildah debootstrap; do
  type -P "$tool" >/dev/null || unavailable "no $tool on the PATH: apt-get install buildah debootstrap"
done
[ -f target/quarkus-app/quarkus-run.jar ] || fail "no target/quarkus-app: ./mvnw package -DskipTests"

rm -rf "$work/storage" "$work/run"
trap 'rm -rf "$work/storage" "$work/run" "$work/context"' EXIT

echo "== base: Debian with $packages"
if [ ! -f "$base/done" ]; then
  rm -rf "$work"/base-*
  debootstrap --variant=minbase --include="$packages" bookworm "$base/root" >"$work/debootstrap.log" 2>&1 \
    || unavailable "debootstrap failed; see $work/debootstrap.log"
  rm -rf "$base"/root/var/cache/apt/archives/*.deb "$base"/root/usr/share/{doc,man,locale}
  touch "$base/done"
fi

# image NAME FOLDER: an image of what is in a folder
image() {
  local container
  container=$(buildah from scratch)
  buildah add -q "$container" "$2" / >/dev/null
  buildah config --env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit -q "$container" "$1" >/dev/null
  buildah rm "$container" >/dev/null
}
image localhost/check/base "$base/root"

# PyTorch's image, as far as the container files look at it: python, and a package with libraries.
container=$(buildah from localhost/check/base)
site=$(buildah mount "$container")/opt/site
mkdir -p "$site"/torch/lib "$site"/nvidia/cudnn/lib "$site"/cusparselt/lib
cp -L "$base"/root/usr/lib/x86_64-linux-gnu/libz.so.1 "$site"/torch/lib/libtorch.so
cp "$site"/torch/lib/libtorch.so "$site"/torch/lib/libtorch_python.so
touch "$site"/torch/lib/static.a
printf '#!/bin/sh\necho /opt/site\n' >"$site"/../python && chmod 0755 "$site"/../python
ln -sf /opt/python "$site"/../../usr/bin/python
buildah commit -q "$container" localhost/check/torch >/dev/null
buildah rm "$container" >/dev/null

# The context is this repository's, with a stand-in where no native executable was built.
context=$PWD
native="the executable in target"
if ! compgen -G 'target/*-runner' >/dev/null || ! compgen -G 'target/*.so' >/dev/null; then
  native="a stand-in for the native executable"
  context=$work/context
  mkdir -p "$context/target"
  cp .dockerignore "$context"
  cp -al target/quarkus-app "$context/target"
  printf '#!/bin/sh\n# prints what --help and inspect would\necho serve generate components "$@"\n' \
    >"$context/target/stand-in-runner"
  touch "$context/target/libstand-in.so" "$context/target/left-out.txt" "$context/pom.xml"
fi

echo "== context: only what the images are made of"
printf 'FROM scratch\nCOPY . /\n' >"$work/Context.Containerfile"
buildah build -q -f "$work/Context.Containerfile" -t localhost/check/context "$context" >/dev/null
container=$(buildah from localhost/check/context)
left=$(cd "$(buildah mount "$container")" && find . -type f \
  | grep -vE '^\./target/(quarkus-app/.+|[^/]+-runner|[^/]+\.so)$' || true)
buildah rm "$container" >/dev/null
[ -z "$left" ] || fail "the context has files that no image needs: $left"

# run IMAGE ARGUMENT...: the image's entry point as a cluster runs it: its user and environment, a root
# that is read-only, /tmp in memory, the checkpoint mounted
run() {
  local name=$1 container root status=0
  shift
  container=$(buildah from "$name")
  root=$(buildah mount "$container")
  mkdir -p "$root/checkpoint" "$root/proc" "$root/dev" "$root/tmp"
  mapfile -t entry < <(buildah inspect --format '{{range .OCIv1.Config.Entrypoint}}{{println .}}{{end}}' "$container" | sed '/^$/d')
  mapfile -t environment < <(buildah inspect --format '{{range .OCIv1.Config.Env}}{{println .}}{{end}}' "$container" | sed '/^$/d')
  unshare --mount bash -euc '
    root=$1 checkpoint=$2
    shift 2
    mount --bind "$root" "$root"
    mount -o remount,ro,bind "$root"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$checkpoint" "$root/checkpoint"
    exec chroot --userspec=10001:10001 "$root" env -i "$@"' \
    run "$root" "$PWD/$checkpoint" "${environment[@]}" "${entry[@]}" "$@" || status=$?
  buildah rm "$container" >/dev/null
  return "$status"
}

# check NAME: builds a container file and runs its image
check() {
  local name=$1 user start=$SECONDS output
  buildah build -q -f "deploy/$name.Containerfile" -t "localhost/check/$name" \
    --build-arg JRE=localhost/check/base --build-arg BASE=localhost/check/base \
    --build-arg LIBTORCH=localhost/check/torch "$context" >"$work/$name.log" 2>&1 \
    || { tail -20 "$work/$name.log" >&2; fail "deploy/$name.Containerfile does not build"; }
  user=$(buildah inspect --type image --format '{{.OCIv1.Config.User}}' "localhost/check/$name")
  [ "$user" = 10001:10001 ] || fail "$name runs as '$user' instead of 10001:10001"
  output=$(run "localhost/check/$name" --help 2>&1) || fail "$name --help failed: $output"
  [[ $output == *serve* ]] || fail "$name --help prints no 'serve': $output"
  [[ $output != *"shared archive"* ]] || fail "$name does not use its class data archive: $output"
  output=$(run "localhost/check/$name" inspect --model /checkpoint --json 2>&1) || fail "$name inspect failed: $output"
  [[ $output == *components* ]] || fail "$name inspect prints no components: $output"
  echo "$name: built and run in $((SECONDS - start)) s, $(buildah images --format '{{.Size}}' "localhost/check/$name"), the base in it $(du -sm "$base/root" | cut -f1) MB"
  buildah rmi "localhost/check/$name" >/dev/null
}

echo "== images, with $native"
check worker-cpu
check worker-cuda
check gateway-native
check worker-native
echo "container-check: every container file builds and its image runs as user 10001 with a read-only root"
