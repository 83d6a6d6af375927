#!/usr/bin/env bash
# Measures whole runs of `seatshift plan`: 1,000,000 subscriptions in CSV, 200,000 in XLSX, on one thread and on all.
# Prints seconds (median of RUNS), rows a second and peak memory. Usage: benches/whole.sh [RUNS] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
folder=${2:-${TMPDIR:-/tmp}/seatshift-bench}
mkdir -p "$folder/out"

cargo build --release --quiet
cargo build --release --quiet --example generate
generate=target/release/examples/generate
[ -s "$folder/s1m.csv" ] || "$generate" csv 1000000 "$folder/s1m.csv"
[ -s "$folder/s200k.xlsx" ] || "$generate" xlsx 200000 "$folder/s200k.xlsx"
cat > "$folder/seatshift.toml" <<'TOML'
[partner]
countries = ["HU", "TR"]
assume_relationship = true
assume_agreement = true
TOML

# Runs a command; prints its seconds and its peak memory in MB. The high-water mark only grows, so the last reading counts.
measure() {
    local start end peak=0 pid now
    start=$(date +%s.%N)
    "$@" 2>"$folder/out/log" >/dev/null &
    pid=$!
    while now=$(awk '/VmHWM/ {print $2}' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
        peak=$now
        sleep 0.01
    done
    wait "$pid" || { cat "$folder/out/log" >&2; return 1; }
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" -v k="$peak" 'BEGIN {printf "%.2f %.0f\n", b - a, k / 1024}'
}

printf '%-28s %8s %12s %9s\n' job seconds rows/second "peak MB"
for job in "s1m.csv 1000000" "s200k.xlsx 200000"; do
    read -r file rows <<<"$job"
    for threads in 1 "$(nproc)"; do
        for _ in $(seq "$runs"); do
            measure target/release/seatshift plan "$folder/$file" --config "$folder/seatshift.toml" \
                --as-of 2026-11-21 --threads "$threads" -o "$folder/out/plan.csv"
        done | sort -n | awk -v name="$file, $threads thread(s)" -v rows="$rows" '
            { seconds[NR] = $1; if ($2 > peak) peak = $2 }
            END { middle = seconds[int((NR + 1) / 2)]; printf "%-28s %8.2f %12.0f %9.0f\n", name, middle, rows / middle, peak }'
    done
done
