#!/bin/bash
# Builds the fuzz targets into $OUT, each with its seeds, its dictionary and its options.
#
# ClusterFuzzLite runs it in the image of the Dockerfile beside it. Without that image, on stable Rust:
#   mkdir -p /tmp/out && SANITIZER=none OUT=/tmp/out bash .clusterfuzzlite/build.sh
set -eu
# In the image this file is $SRC/build.sh, and the working directory is the project.
[ -f fuzz/Cargo.toml ] || cd "$(dirname "$0")/.."

sanitizer=${SANITIZER:-address}
# Coverage is asked for by RUSTFLAGS of the image, not by a sanitizer.
[ "$sanitizer" != coverage ] || sanitizer=none
# Why without compares: docs/fuzzing.md, "Speed".
cargo fuzz build --release --no-trace-compares --sanitizer "$sanitizer"

triple=$(rustc -vV | sed -n 's/^host: //p')
for source in fuzz/fuzz_targets/*.rs; do
  target=$(basename "$source" .rs)
  # A campaign against an endpoint needs one, and a fuzzing service has none.
  [ "$target" != live ] || continue
  cp "target/$triple/release/$target" "$OUT/"
  python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" "fuzz/seeds/$target"/*
  cp fuzz/dict "$OUT/$target.dict"
  options="$OUT/$target.options"
  printf '[libfuzzer]\ndict = %s.dict\nmax_len = 4096\ntimeout = 25\n' "$target" > "$options"
  # How often something is done is what sequences are about.
  [ "$target" = sequence ] || printf 'entropic = 0\nreduce_inputs = 0\nuse_counters = 0\n' >> "$options"
done
