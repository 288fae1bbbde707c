# fuzz.sh NAME - that fuzzer for FUZZ_SECONDS, as one test, for "make fuzz".
#
# It is build/fuzz/fuzz_NAME; seeds are in tests/fuzz/seeds/NAME/, words in
# tests/fuzz/NAME.dict.  What it finds stays below build/fuzz/found/, what
# breaks it as build/fuzz/NAME-crash-*.

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit
build=${FUZZ:-build/fuzz}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

fuzz() {
	name=$1
	dictionary=tests/fuzz/$name.dict
	seeds=tests/fuzz/seeds/$name
	mkdir -p "$build/found/$name"
	set -- "$build/found/$name"
	[ ! -d "$seeds" ] || set -- "$@" "$seeds"
	[ ! -e "$dictionary" ] || set -- "-dict=$dictionary" "$@"
	"$build/fuzz_$name" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 \
	    -print_final_stats=1 -artifact_prefix="$build/$name-" "$@"
}

echo 1..1
if fuzz "$1" >"$log" 2>&1; then
	echo "ok 1 - $1:$(sed -n 's/^stat::number_of_executed_units://p' \
	    "$log") runs"
else
	echo "not ok 1 - $1"
	tail -n 60 "$log" | sed 's/^/# /'
fi
