#!/usr/bin/env bash
# deps.sh - installs what is missing for one purpose.
#
# Called by: make deps and, for what they need, make all, test, demo, fuzz.
#   .ci/deps.sh build     compiler and libraries
#   .ci/deps.sh jupyter   notebook tools of the demo and of the protocol tests
#   .ci/deps.sh check     clang tools and the browser of the checks
#   .ci/deps.sh bench     what the benchmarks measure against
#   .ci/deps.sh drivers   drivers from PyPI that they can measure against, too
#   .ci/deps.sh oidc      an OpenID provider that sign-in is tested against
#   .ci/deps.sh duckdb    build/lib/libduckdb.so
# Quick when nothing is missing: then it neither needs root nor the network.
set -euo pipefail
cd "$(dirname "$0")/.."

BUILD=${BUILD:-build}

# The table engine comes as the prebuilt library inside its Node package. The
# sum is of the whole archive, in the form that npm records (base64).
DUCKDB_X64=@duckdb/node-bindings-linux-x64@1.5.6-r.1
DUCKDB_X64_SHA512=IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q==
# Nobody has tried the ARM library with this program yet, so no sum is pinned:
# whoever does gives it as DUCKDB_SHA512 and takes that decision knowingly.
DUCKDB_ARM64=@duckdb/node-bindings-linux-arm64@1.5.5-r.5

BUILD_PKGS="build-essential pkg-config libzmq3-dev libsodium-dev
    libjansson-dev libcurl4-openssl-dev libyaml-dev libarchive-dev
    libzstd-dev zlib1g-dev libpsl-dev libssl-dev libpq-dev"
JUPYTER_PKGS="python3 jupyter-client jupyter-notebook jupyter-nbconvert
    python3-jupyter-client python3-jupyter-kernel-test"
CHECK_PKGS="clang libclang-rt-14-dev clang-format clang-tidy chromium
    chromium-driver fonts-dejavu-core libsecret-1-0 python3-venv postgresql
    clickhouse-server dbus-daemon gnome-keyring python3-keyring
    python3-secretstorage"
BENCH_PKGS="python3 python3-ipykernel python3-jupyter-client python3-pandas
    python3-psycopg2 postgresql clickhouse-server curl"

die()
{
    echo "deps: $*" >&2
    exit 1
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "need root (or sudo) to run: $*"
    fi
}

# Names of the given packages that are not installed.
missing()
{
    local have
    have=" $(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" \
        2> /dev/null | sed -n 's/^ii *//p' | sort -u | tr '\n' ' ') "
    for p in "$@"; do
        case "$have" in
        *" $p "*) ;;
        *) echo "$p" ;;
        esac
    done
}

packages()
{
    command -v dpkg-query > /dev/null ||
        die "not a Debian system; install yourself: $*"
    local need
    need=$(missing "$@")
    [ -n "$need" ] || return 0
    need=$(echo $need)
    echo "deps: installing $need"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update ||
        echo "deps: package lists could not be renewed, trying the old" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
        --no-install-recommends -o DPkg::Lock::Timeout=300 $need ||
        die "apt-get could not install: $need"
}

system_duckdb()
{
    ldconfig -p 2> /dev/null |
        sed -n 's/^[[:space:]]*libduckdb\.so .*=> //p' | head -n 1
}

fetch_duckdb()
{
    local package=$1 want=$2 got
    command -v npm > /dev/null || packages npm
    command -v openssl > /dev/null || packages openssl
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT # global, since the trap runs outside
    echo "deps: fetching $package"
    (cd "$dir" && npm pack --silent "$package" > /dev/null) ||
        die "npm could not fetch $package (network, proxy, registry set-up?)"
    got=$(openssl dgst -sha512 -binary "$dir"/*.tgz | base64 -w 0)
    [ "$got" = "$want" ] ||
        die "$package has sha512 $got, expected $want: not used"
    tar -xzf "$dir"/*.tgz -C "$dir" package/libduckdb.so
    mv "$dir/package/libduckdb.so" "$BUILD/lib/libduckdb.so.new"
    mv "$BUILD/lib/libduckdb.so.new" "$BUILD/lib/libduckdb.so"
}

duckdb()
{
    mkdir -p "$BUILD/lib"
    [ ! -e "$BUILD/lib/libduckdb.so" ] || return 0
    local system
    system=$(system_duckdb)
    if [ -n "$system" ]; then
        ln -sf "$system" "$BUILD/lib/libduckdb.so"
        return 0
    fi
    case "$(uname -m)" in
    x86_64)
        fetch_duckdb "$DUCKDB_X64" "$DUCKDB_X64_SHA512"
        ;;
    aarch64)
        [ -n "${DUCKDB_SHA512:-}" ] || die "the library for this processor
 ($DUCKDB_ARM64) is untested: install libduckdb system-wide, or set
 DUCKDB_SHA512 to the sum (base64) that you trust and try again"
        fetch_duckdb "$DUCKDB_ARM64" "$DUCKDB_SHA512"
        ;;
    *)
        die "no libduckdb for $(uname -m): install it system-wide"
        ;;
    esac
}

# One test is skipped without it, so it is no error when npm cannot fetch it.
OIDC=oidc-provider@9.13.3
oidc()
{
    [ ! -d "$BUILD/deps/oidc/node_modules/oidc-provider" ] || return 0
    mkdir -p "$BUILD/deps/oidc"
    command -v npm > /dev/null &&
        npm install --silent --no-audit --no-fund --ignore-scripts \
            --prefix "$BUILD/deps/oidc" "$OIDC" > /dev/null 2>&1 ||
        echo "deps: no $OIDC: tests/unit/t_oidc.c is skipped" >&2
}

# Newer than Debian's; fails when PyPI cannot be reached.
DRIVERS="pandas psycopg[binary] requests opensearch-py"
drivers()
{
    [ ! -x "$BUILD/deps/python-drivers/bin/pip" ] || return 0
    packages python3-venv
    rm -rf "$BUILD/deps/python-drivers.new"
    python3 -m venv "$BUILD/deps/python-drivers.new"
    "$BUILD/deps/python-drivers.new/bin/python" -m pip -q --no-input install \
        $DRIVERS || die "pip could not install: $DRIVERS"
    mv "$BUILD/deps/python-drivers.new" "$BUILD/deps/python-drivers"
}

mkdir -p "$BUILD/deps"
exec 9> "$BUILD/deps/lock" # steps may run side by side under make -j
flock 9

case "${1:-}" in
build) packages $BUILD_PKGS ;;
jupyter) packages $JUPYTER_PKGS ;;
check) packages $CHECK_PKGS ;;
bench) packages $BENCH_PKGS ;;
drivers) drivers ;;
oidc) oidc ;;
duckdb) duckdb ;;
*) die "unknown step '${1:-}'" ;;
esac
