#!/usr/bin/env bash
# Measures whole runs of `seatshift plan`, from start to exit: subscriptions in one CSV, in 20, and in XLSX, on one thread and on all.
#
# Usage: benches/whole.sh [RUNS] [FOLDER]
#   ROWS     subscriptions in CSV (1000000); XLSX has a fifth of them
#   EXPORTS  a folder with exports to measure in place of generated ones: each file or folder in it is a job
#   SETTINGS settings for them
#   AS_OF    the day they are planned for (2026-11-21)
#   PEERS    a folder with programs that do the same job, each called `PEER OUTPUT_FOLDER EXPORT...`
#
# Prints for each job and program seconds (median and range), processor seconds (median), peak memory of the largest process, and
# how many times as long, and as much, it took as seatshift on all threads. Programs take turns, after one run each that is not counted.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
folder=${2:-${TMPDIR:-/tmp}/seatshift-bench}
rows=${ROWS:-1000000}
mkdir -p "$folder/out"
target=${CARGO_TARGET_DIR:-target}/release

gnu_time=$(type -P time) || { echo "needs GNU time, such as Debian's package \`time\`" >&2; exit 2; }
cargo build --release --quiet
if [ -n "${EXPORTS:-}" ]; then
    exports=("$EXPORTS"/*)
else
    cargo build --release --quiet --example generate
    generate=$target/examples/generate
    csv=$folder/csv-$rows.csv parts=$folder/csv-$rows-in-20 xlsx=$folder/xlsx-$((rows / 5)).xlsx
    [ -s "$csv" ] || "$generate" csv "$rows" "$csv"
    [ -s "$xlsx" ] || "$generate" xlsx $((rows / 5)) "$xlsx"
    if [ ! -d "$parts" ]; then
        mkdir -p "$parts"
        tail -n +2 "$csv" | split -l $(((rows + 19) / 20)) -d --additional-suffix=.csv - "$parts/part-"
        for part in "$parts"/*.csv; do
            head -1 "$csv" | cat - "$part" > "$folder/part" && mv "$folder/part" "$part"
        done
    fi
    exports=("$csv" "$parts" "$xlsx")
fi
settings=${SETTINGS:-$folder/seatshift.toml}
[ -n "${SETTINGS:-}" ] || cat > "$settings" <<'TOML'
[partner]
countries = ["HU", "TR"]
assume_relationship = true
assume_agreement = true
TOML

# Runs a command; prints its seconds, its processor seconds and the peak memory in MB of the largest of its processes, as the kernel
# counts them: whoever looks on meanwhile takes a part of the processor.
measure() {
    rm -rf "${folder:?}/out" && mkdir -p "$folder/out"
    sync
    "$gnu_time" --format '%e %U %S %M' --output "$folder/times" "$@" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }
    awk '{printf "%.3f %.3f %.0f\n", $1, $2 + $3, $4 / 1024}' "$folder/times"
}

# A column of the results of a program, sorted; and the middle of such a one.
column() { awk -v program="$1" -v field="$2" '$1 == program {print $field}' "$folder/results" | sort -n; }
middle() { awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'; }

# Runs a program on a job. Exit code 1 says that the plan is there and a person must look.
run() {
    local name=$1 export=$2
    shift 2
    case $name in
        seatshift-*) measure bash -c '"$@" || [ $? = 1 ]' - "$target/seatshift" plan "$export" --config "$settings" \
            --as-of "${AS_OF:-2026-11-21}" --threads "${name#seatshift-}" -o "$folder/out/plan.csv" ;;
        *) if [ -d "$export" ]; then measure "$PEERS/$name" "$folder/out" "$export"/*; else measure "$PEERS/$name" "$folder/out" "$export"; fi ;;
    esac
}

all=seatshift-$(nproc)
programs=("$all" seatshift-1)
[ -z "${PEERS:-}" ] || for peer in "$PEERS"/*; do [ -x "$peer" ] && programs+=("$(basename "$peer")"); done
printf '%-24s %-20s %8s %17s %8s %9s %7s %8s\n' job program seconds range cpu "peak MB" "times" "memory"
for export in "${exports[@]}"; do
    job=$(basename "$export")
    results=$folder/results
    : > "$results"
    for turn in $(seq 0 "$runs"); do
        for program in "${programs[@]}"; do
            figures=$(run "$program" "$export")
            [ "$turn" = 0 ] || echo "$program $figures" >> "$results"
        done
    done
    for program in "${programs[@]}"; do
        seconds=$(column "$program" 2) cpu=$(column "$program" 3 | middle) memory=$(column "$program" 4 | tail -1)
        middle=$(middle <<<"$seconds")
        [ "$program" != "$all" ] || { base=$middle most=$memory; }
        awk -v job="$job" -v program="$program" -v middle="$middle" -v cpu="$cpu" -v memory="$memory" -v base="$base" \
            -v most="$most" -v first="$(head -1 <<<"$seconds")" -v last="$(tail -1 <<<"$seconds")" 'BEGIN {
            printf "%-24s %-20s %8.2f %8.2f-%-8.2f %8.2f %9.0f %7.2f %8.2f\n",
                job, program, middle, first, last, cpu, memory, middle / base, memory / most }'
    done
done
