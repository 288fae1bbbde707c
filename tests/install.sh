# install.sh - what "make install" puts where, and what "make uninstall" leaves.
#
# SMTP_RECEIVE: as tests/tests.mk gives it.

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit
program=${SMTP_RECEIVE:-build/smtp-receive}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

number=0
check() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$dir/said" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$dir/said"
	fi
}

# The place of smtp-receive-user is compiled in: a build of its own.
run_make() {
	make -s BUILD="$dir/build" PREFIX=/usr DESTDIR="$dir/root" "$@"
}

files() {
	(cd "$dir/root" && find . ! -type d | sort)
}

expected() {
	cat <<-EOF
	./usr/lib/systemd/system/smtp-receive-map.path
	./usr/lib/systemd/system/smtp-receive-map.service
	./usr/lib/systemd/system/smtp-receive-smtps.socket
	./usr/lib/systemd/system/smtp-receive-smtps@.service
	./usr/lib/systemd/system/smtp-receive-tcpserver.service
	./usr/lib/systemd/system/smtp-receive.socket
	./usr/lib/systemd/system/smtp-receive@.service
	./usr/lib/sysusers.d/smtp-receive.conf
	./usr/lib/tmpfiles.d/smtp-receive.conf
	./usr/libexec/smtp-receive/smtp-receive-tls
	./usr/libexec/smtp-receive/smtp-receive-user
	./usr/sbin/smtp-receive
	./usr/sbin/smtp-receive-map
	./usr/share/doc/smtp-receive/README
	./usr/share/doc/smtp-receive/hardened.conf
	./usr/share/doc/smtp-receive/inetd.conf
	./usr/share/doc/smtp-receive/system-users.conf
	./usr/share/doc/smtp-receive/tcpserver
	./usr/share/doc/smtp-receive/xinetd
	./usr/share/man/man5/smtp-receive-users.5
	./usr/share/man/man5/smtp-receive.conf.5
	./usr/share/man/man7/smtp-receive-promise.7
	./usr/share/man/man7/smtp-receive-takeover.7
	./usr/share/man/man8/smtp-receive-map.8
	./usr/share/man/man8/smtp-receive-tls.8
	./usr/share/man/man8/smtp-receive-user.8
	./usr/share/man/man8/smtp-receive.8
	./usr/share/user-tmpfiles.d/smtp-receive.conf
	EOF
}

user=$dir/root/usr/libexec/smtp-receive/smtp-receive-user

is_static() {
	readelf -lW "$program" >"$dir/elf" && ! grep INTERP "$dir/elf"
}

says_version() {
	version=$(sed -n 's/^VERSION[[:space:]]*= *//p' Makefile)
	"$program" -V && "$program" -V | grep -F "$version"
}

installs() {
	umask 077
	run_make install && expected >"$dir/expected" &&
	    files | diff "$dir/expected" - &&
	    find "$dir/root" -type f ! -perm -444 \
	    ! -name 'smtp-receive-[ut]*' -print >"$dir/secret" &&
	    ! grep . "$dir/secret" &&
	    [ "$(stat -c %a "$user")" = 711 ] &&
	    [ "$(stat -c %a "${user%user}tls")" = 711 ]
}

knows_its_place() {
	units=$dir/root/usr/lib/systemd/system
	grep -x 'ExecStart=/usr/sbin/smtp-receive' \
	    "$units/smtp-receive@.service" &&
	    grep -x 'ExecStart=/usr/sbin/smtp-receive -o tls=implicit' \
	    "$units/smtp-receive-smtps@.service" &&
	    ! grep -r '@[A-Z]*@' "$dir/root/usr/lib" "$dir/root/usr/share"
}

# Only so can it load the modules of the name service.
is_dynamic() {
	readelf -lW "$user" | grep -F INTERP &&
	    readelf -dW "$user" | grep -F 'Shared library: [libc.so.6]' &&
	    "$user" root | grep -x 'root:0:0:/.*'
}

uninstalls() {
	echo mine >"$dir/root/usr/sbin/other"
	run_make uninstall && [ "$(files)" = ./usr/sbin/other ] &&
	    [ ! -e "$dir/root/usr/share/doc/smtp-receive" ] &&
	    [ ! -e "$dir/root/usr/libexec/smtp-receive" ]
}

echo 1..6
check "the program needs no library" is_static
check "-V says the version of the Makefile" says_version
check "install: these files; all may read them but two, not to be traced" \
    installs
check "install: the place of the program is written into the units" \
    knows_its_place
check "install: smtp-receive-user is dynamic, of glibc, and finds root" \
    is_dynamic
check "uninstall: what install has put there, nothing else" uninstalls
