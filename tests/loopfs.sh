#!/bin/sh
# loopfs.sh PROGRAM - runs a test program that keeps its files below $TMPDIR
# once on each file system that we can make: small images on loop devices, and
# a FUSE one over them.  TAP; as root, else all is skipped.
# time limit: 900

program=$(realpath "$1") || exit 2
dir=$(mktemp -d) || exit 2
n=0
failed=0

clean_up() {
	umount "$dir"/bindfs 2>/dev/null
	umount "$dir"/mnt 2>/dev/null
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

result() {	# ok-or-not NAME
	n=$((n + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $n - $2"
}

skip() {	# NAME REASON
	result ok "$1 # SKIP $2"
}

have() {
	command -v "$1" >/dev/null
}

run_in() {	# NAME DIRECTORY
	if TMPDIR=$2 "$program" >"$dir/out" 2>&1 &&
	    grep -q '^ok ' "$dir/out" && ! grep -q '^not ok' "$dir/out"; then
		echo "# $1: $(grep -c '^ok ' "$dir/out") tests"
		result ok "$1"
	else
		grep -v '^ok ' "$dir/out" | sed 's/^/# /'
		result 'not ok' "$1"
	fi
}

on_image() {	# NAME MEGABYTES MKFS [OPTION...]
	name=$1 size=$2
	shift 2
	if [ "$(id -u)" != 0 ]; then
		skip "$name" "not root"
		return
	fi
	if ! have "$1"; then
		skip "$name" "no $1"
		return
	fi
	rm -f "$dir/image"
	truncate -s "${size}M" "$dir/image"
	mkdir -p "$dir/mnt"
	if ! "$@" "$dir/image" >"$dir/out" 2>&1; then
		sed 's/^/# /' "$dir/out"
		result 'not ok' "$name: $1"
	elif ! mount -o loop "$dir/image" "$dir/mnt" 2>"$dir/out"; then
		skip "$name" "$(head -n 1 "$dir/out")"
	else
		run_in "$name" "$dir/mnt"
		umount "$dir/mnt"
	fi
}

on_bindfs() {
	if [ "$(id -u)" != 0 ]; then
		skip bindfs "not root"
	elif ! have bindfs; then
		skip bindfs "no bindfs"
	elif mkdir "$dir/below" "$dir/bindfs" &&
	    bindfs "$dir/below" "$dir/bindfs" 2>"$dir/out"; then
		run_in bindfs "$dir/bindfs"
		umount "$dir/bindfs"
	else
		skip bindfs "$(head -n 1 "$dir/out")"
	fi
}

on_image ext4			32	mkfs.ext4 -q
on_image "ext4, no journal"	32	mkfs.ext4 -q -O ^has_journal
on_image ext2			32	mkfs.ext2 -q
on_image xfs			300	mkfs.xfs -q
on_image btrfs			128	mkfs.btrfs -q
on_bindfs
echo "1..$n"
exit $failed
