#!/usr/bin/env bash
# Builds the ffmpeg and ffprobe that the packages carry: LGPL, static, no network, from pinned and verified sources.
# Puts them into resources/bin/<platform>-<arch> with their licence and the list of sources.
#
#   bash scripts/ffmpeg-lgpl.sh        (Linux, macOS, or the MINGW64 shell of MSYS2 on Windows)
#
# Needs: curl, make, a C compiler, nasm, meson, ninja, pkg-config, zlib.
# VP8 and Opus are there to make review copies; without libx264 (GPL) that is what Chromium plays.
set -euo pipefail

# name | version | sha256 | address
sources=(
  "dav1d|1.5.1|401813f1f89fa8fd4295805aa5284d9aed9bc7fc1fdbe554af4292f64cbabe21|https://downloads.videolan.org/pub/videolan/dav1d/1.5.1/dav1d-1.5.1.tar.xz"
  "libvpx|1.15.1|6cba661b22a552bad729bd2b52df5f0d57d14b9789219d46d38f73c821d3a990|https://github.com/webmproject/libvpx/archive/v1.15.1.tar.gz"
  "opus|1.5.2|65c1d2f78b9f2fb20082c38cbe47c951ad5839345876e46941612ee87f9a7ce1|https://downloads.xiph.org/releases/opus/opus-1.5.2.tar.gz"
  "ffmpeg|7.1.1|733984395e0dbbe5c046abda2dc49a5544e7e0e1e2366bba849222ae9e3a03b1|https://ffmpeg.org/releases/ffmpeg-7.1.1.tar.xz"
)

root=$(cd "$(dirname "$0")/.." && pwd)
target=$(node -p 'process.platform + "-" + process.arch')
out="$root/resources/bin/$target"
work="${TMPDIR:-/tmp}/diarist-ffmpeg-$target"
prefix="$work/prefix"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
exe=""
platform_flags=()
case "$target" in
  win32-*)
    exe=".exe"
    platform_flags=(--enable-mediafoundation --extra-ldflags=-static)
    ;;
  darwin-*) platform_flags=(--enable-videotoolbox) ;;
esac

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Downloads and unpacks a source; prints its folder. A file with another hash is deleted and ends the build.
fetch() {
  local name version sha256 url archive
  IFS='|' read -r name version sha256 url <<<"$1"
  archive="$work/$name-$version.${url##*.tar.}"
  if [ ! -f "$archive" ]; then
    curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' --output "$archive.part" "$url"
    if [ "$(sha256_of "$archive.part")" != "$sha256" ]; then
      rm -f "$archive.part"
      echo "ffmpeg-lgpl: $url is not the pinned file; nothing was built" >&2
      return 1
    fi
    mv "$archive.part" "$archive"
  fi
  rm -rf "${work:?}/$name"
  mkdir -p "$work/$name"
  tar -xf "$archive" -C "$work/$name" --strip-components=1
  echo "$work/$name"
}

mkdir -p "$work" "$prefix"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"

dav1d=$(fetch "${sources[0]}")
meson setup "$dav1d/build" "$dav1d" --prefix="$prefix" --libdir=lib --buildtype=release --default-library=static \
  -Denable_tools=false -Denable_tests=false
ninja -C "$dav1d/build" install

vpx=$(fetch "${sources[1]}")
(cd "$vpx" && ./configure --prefix="$prefix" --enable-static --disable-shared --enable-pic --disable-examples \
  --disable-tools --disable-docs --disable-unit-tests && make -j"$jobs" && make install)

opus=$(fetch "${sources[2]}")
(cd "$opus" && ./configure --prefix="$prefix" --enable-static --disable-shared --with-pic --disable-doc \
  --disable-extra-programs && make -j"$jobs" && make install)

ffmpeg=$(fetch "${sources[3]}")
cd "$ffmpeg"
./configure --prefix="$prefix" --pkg-config-flags=--static --disable-autodetect --disable-network --disable-doc \
  --disable-ffplay --disable-debug --enable-pic --enable-zlib --enable-libdav1d --enable-libvpx --enable-libopus \
  --disable-protocols --enable-protocol=file --enable-protocol=pipe ${platform_flags[@]+"${platform_flags[@]}"}
make -j"$jobs"

rm -rf "$out"
mkdir -p "$out"
for program in ffmpeg ffprobe; do
  cp "$program$exe" "$out/"
  chmod 755 "$out/$program$exe"
done
cp COPYING.LGPLv2.1 "$out/FFMPEG-LICENSE.txt"
printf '%s\n' "${sources[@]}" >"$out/FFMPEG-SOURCES.txt"
if "$out/ffmpeg$exe" -hide_banner -buildconf | grep -Eq -- '--enable-(gpl|nonfree)'; then
  rm -rf "$out"
  echo 'ffmpeg-lgpl: the build is not LGPL' >&2
  exit 1
fi
echo "ffmpeg-lgpl: $out"
