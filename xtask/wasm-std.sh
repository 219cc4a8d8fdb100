#!/usr/bin/env bash
# Builds the standard library for wasm32 from Debian's package `rust-src`, for a Rust whose rustup cannot reach its
# server. Nothing of Debian's is installed: the package is unpacked aside, and only the library goes to the toolchain.
# Needs apt-get, dpkg, and a `rust-src` of exactly rustc's version. Takes about two minutes.
set -euo pipefail

target=wasm32-unknown-unknown
suites="trixie-backports testing unstable stable"
sysroot=$(rustc --print sysroot)
version=$(rustc -vV | sed -n 's/^release: //p')
library=$sysroot/lib/rustlib/$target/lib
sources=$sysroot/lib/rustlib/src/rust

die() {
    echo "wasm-std: $*" >&2
    exit 1
}

# Two copies of the same crates make every build fail, so there must be none yet.
compgen -G "$library/libstd-*.rlib" >/dev/null && die "$library already holds a standard library"
command -v apt-get >/dev/null || die "this way needs Debian's apt-get; install the target $target by rustup instead"

work=$(mktemp -d)
added_sources=
trap 'rm -rf "$work" ${added_sources:+"$sources/library"}' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/package"

# The machine's own mirror, with other suites, and with lists of our own, so that the machine's apt stays as it is.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$') ||
    die "apt knows no mirror that ends in /debian"
private=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)

find_package() {
    local suite
    for suite in $suites; do
        echo "    looking for rust-src $version in $suite"
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
        apt-get "${private[@]}" -q=2 update || continue
        found=$(apt-cache "${private[@]}" madison rust-src | awk '{ print $3 }' | grep -m1 -F "$version+") && return
    done
    die "no suite of $suites has rust-src $version; use rustup, or a Rust that Debian has the sources of"
}

find_package
(cd "$work/package" && apt-get "${private[@]}" -q=2 download "rust-src=$found" && dpkg -x ./*.deb .)
unpacked=$work/package/usr/src/rustc-$version/library
[ -e "$unpacked/Cargo.lock" ] || die "rust-src $found does not hold the library where it used to"
if [ ! -e "$sources/library" ]; then
    added_sources=yes # removed at the end: they are rustup's to manage
    mkdir -p "$sources"
    cp -R "$unpacked" "$sources/library"
fi

echo "    compiling the standard library of $found"
mkdir -p "$work/empty/src"
echo '#![no_std]' >"$work/empty/src/lib.rs"
printf '[package]\nname = "empty"\nedition = "2024"\n[profile.release]\npanic = "abort"\n' >"$work/empty/Cargo.toml"
# Without the bitcode, builds with link-time optimization fail for want of the section `.llvmbc`.
(cd "$work/empty" && RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR=$work/target \
    cargo build --quiet --release -Zbuild-std=std,panic_abort,test --target "$target")
rm "$work/target/$target/release/deps/"libempty-*

mkdir -p "$(dirname "$library")"
mkdir "$library.partial"
cp "$work/target/$target/release/deps/"*.rlib "$library.partial/"
rm -rf "$library"
mv "$library.partial" "$library"
echo "    $(find "$library" -name '*.rlib' | wc -l) libraries in $library"
