# fuzz.sh - each of $FUZZERS for FUZZ_SECONDS, as one test, for "make fuzz".
#
# NAME is build/fuzz/fuzz_NAME; seeds are in tests/fuzz/seeds/NAME/, words in
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

# shellcheck disable=SC2086 # a list
set -- $FUZZERS
echo "1..$#"
number=0
for name; do
	number=$((number + 1))
	if fuzz "$name" >"$log" 2>&1; then
		echo "ok $number - $name:$(sed -n \
		    's/^stat::number_of_executed_units://p' "$log") runs"
	else
		echo "not ok $number - $name"
		tail -n 60 "$log" | sed 's/^/# /'
	fi
done
