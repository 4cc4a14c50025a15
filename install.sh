#!/bin/sh
# Builds mlhook and installs it.
#   ./install.sh [--prefix DIR]    into DIR/bin, ~/.local/bin by default
#   ./install.sh [--prefix DIR] demo    installs, then shows the main job on real input
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=$HOME/.local
demo=''
while [ $# -gt 0 ]; do
	case $1 in
	--prefix) [ $# -ge 2 ] || { echo "install.sh: --prefix needs a directory" >&2; exit 2; }; prefix=$2; shift 2 ;;
	--prefix=*) prefix=${1#--prefix=}; shift ;;
	demo) demo=1; shift ;;
	-h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;;
	*) echo "install.sh: there is no option $1; see ./install.sh --help" >&2; exit 2 ;;
	esac
done

fail() { echo "install.sh: $*" >&2; exit 1; }

# need PROGRAM PACKAGE: says how to get what is missing.
need() {
	command -v "$1" >/dev/null 2>&1 && return
	for manager in "apt-get install -y" "dnf install -y" "pacman -S --noconfirm" "apk add" "brew install" "zypper install -y"; do
		if command -v "${manager%% *}" >/dev/null 2>&1; then
			fail "$1 is missing; get it with: $manager $2"
		fi
	done
	fail "$1 is missing; install $2 with your package manager"
}

need git git
need go golang
echo "building mlhook with $(go version | cut -d' ' -f3)"
mkdir -p "$prefix/bin"
prefix=$(cd "$prefix" && pwd)
version=$(git -C "$here" describe --always --dirty 2>/dev/null || echo dev)
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$prefix/bin/.mlhook.new" ./cmd/mlhook) ||
	fail "the build failed; go.mod names the Go version that is needed"
mv "$prefix/bin/.mlhook.new" "$prefix/bin/mlhook"
mlhook=$prefix/bin/mlhook
echo "installed $mlhook"
case ":$PATH:" in
*":$prefix/bin:"*) ;;
*) echo "add it to your PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
[ -n "$demo" ] || { echo "next: cd YOUR-REPOSITORY && mlhook install && git commit"; exit 0; }

# The demo: a throw-away repository with a real training script that is badly
# set up, a bare remote, one commit.
work=$(mktemp -d)
echo
echo "demo in $work"
git init -q --bare "$work/remote.git"
git init -q "$work/digits"
cd "$work/digits"
git checkout -q -b main
git config user.name >/dev/null || git config user.name "mlhook demo"
git config user.email >/dev/null || git config user.email "demo@localhost"
git config commit.gpgsign false
git config core.hooksPath .git/hooks # whatever is set for all repositories
git remote add origin "$work/remote.git"
cat >train.py <<'PY'
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

model = SVC(gamma=0.1)
model.fit(X_train, y_train)
print("Test accuracy:", accuracy_score(y_test, model.predict(X_test)))
PY
echo "scikit-learn" >requirements.txt

# local: an interpreter that has scikit-learn, else a venv from the package
# index, else the package manager's.
local_engine() {
	git config mlhook.engine local
	for python in python3 /usr/bin/python3; do
		if "$python" -c "import sklearn" >/dev/null 2>&1; then
			git config mlhook.python "$(command -v "$python")"
			return
		fi
	done
	command -v python3 >/dev/null 2>&1 || fail "the demo needs Docker or python3; install one of them"
	probe=$(mktemp -d)
	if python3 -m pip download -q --no-deps -d "$probe" scikit-learn >/dev/null 2>&1; then return; fi
	if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
		echo "no Python package index answers; taking scikit-learn from the package manager"
		apt-get install -y -q python3-sklearn >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q python3-sklearn >/dev/null 2>&1; } || true
		if /usr/bin/python3 -c "import sklearn" >/dev/null 2>&1; then
			git config mlhook.python /usr/bin/python3
			return
		fi
	fi
	fail "no Python here has scikit-learn, and no package index answers; install scikit-learn (say: apt-get install python3-sklearn) and try again"
}

[ -z "${MLHOOK_BASE_IMAGE-}" ] || git config mlhook.baseImage "$MLHOOK_BASE_IMAGE"
[ -z "${MLHOOK_CA_BUNDLE-}" ] || git config mlhook.caBundle "$MLHOOK_CA_BUNDLE"
base=$(git config mlhook.baseImage || echo python:3.12-slim)
if ! command -v docker >/dev/null 2>&1 || ! docker version >/dev/null 2>&1; then
	echo "no Docker Engine answers: the demo uses the local engine"
	local_engine
elif ! docker image inspect "$base" >/dev/null 2>&1 && ! docker pull -q "$base" >/dev/null 2>&1; then
	echo "the base image $base cannot be had: the demo uses the local engine"
	local_engine
else
	git config mlhook.engine docker
fi
trap '"$mlhook" uninstall >/dev/null' EXIT
trap 'exit 130' INT TERM
"$mlhook" install
git add .
echo
echo "\$ git commit -m 'first model'"
MLHOOK=1 SKIP='' CI='' git commit -q -m "first model"
"$mlhook" watch && code=0 || code=$?
echo
echo "\$ mlhook diff"
"$mlhook" diff || true
echo
echo "report: $("$mlhook" report --path)"
echo "the repository stays at $PWD; try: mlhook show, mlhook apply, mlhook model"
exit "$code"
