#!/bin/sh
# Builds etcd, the Kubernetes control plane and KEDA from Go modules, and renders KEDA's manifests.
# The folder gets bin/ and keda.yaml; what it has in these versions is not built again.
#   build-tools.sh FOLDER
set -eu
etcd=3.6.5
kubernetes=1.36.3
keda=2.21.0

mkdir -p "$1/bin" "$1/modules"
cd "$1"
tools=$PWD
export GOFLAGS='-mod=mod -buildvcs=false' CGO_ENABLED=0

current() { [ "$(cat "$tools/bin/$1.version" 2>/dev/null)" = "$2" ]; }

# A module of its own for each project: their dependencies differ.
module() {
  mkdir -p "$tools/modules/$1"
  cd "$tools/modules/$1"
  [ -f go.mod ] || go mod init "$1"
}

source_of() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }

build() { # NAME VERSION PACKAGE [FLAG...]
  name=$1 version=$2 package=$3
  shift 3
  go build "$@" -o "$tools/bin/$name" "$package"
  echo "$version" > "$tools/bin/$name.version"
}

if ! current etcd $etcd; then
  module "etcd-$etcd"
  go get go.etcd.io/etcd/server/v3@v$etcd
  build etcd $etcd go.etcd.io/etcd/server/v3
fi

if ! current kube-scheduler $kubernetes; then
  module "kubernetes-$kubernetes"
  # Its own go.mod takes the parts k8s.io/... from a folder; elsewhere they are modules v0.MINOR.PATCH.
  for part in $(sed -n 's|^\s*\(k8s.io/[a-z-]*\) => ./staging.*|\1|p' "$(source_of k8s.io/kubernetes@v$kubernetes)/go.mod"); do
    go mod edit -replace "$part=$part@v0.${kubernetes#1.}"
  done
  go get k8s.io/kubernetes/cmd/kube-apiserver@v$kubernetes
  version=k8s.io/component-base/version
  minor=${kubernetes#1.}
  for name in kube-apiserver kube-controller-manager kube-scheduler; do
    # Without a version clients cannot parse what the server says about itself.
    build $name $kubernetes k8s.io/kubernetes/cmd/$name \
      -ldflags "-X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%.*}"
  done
fi

if ! current keda-admission-webhooks $keda; then
  module "keda-$keda"
  source=$(source_of github.com/kedacore/keda/v2@v$keda)
  grep -q '^exclude\|^replace' go.mod ||
    awk '/^(replace|exclude) \($/ {block = 1} block || /^(replace|exclude) / {print} /^\)$/ {block = 0}' \
      "$source/go.mod" >> go.mod
  go get github.com/kedacore/keda/v2/cmd/operator@v$keda
  build keda $keda github.com/kedacore/keda/v2/cmd/operator
  build keda-adapter $keda github.com/kedacore/keda/v2/cmd/adapter
  kubectl kustomize "$source/config/default" > "$tools/keda.yaml"
  build keda-admission-webhooks $keda github.com/kedacore/keda/v2/cmd/webhooks
fi
