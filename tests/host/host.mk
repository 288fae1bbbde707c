# host.mk - what needs a whole host: its super-servers, its accounts.
#
#	make systemd-test	a systemd is booted, with units/ as installed
#	make inetd-test		openbsd-inetd and xinetd serve port 25
#	make evening-test	the README, from nothing to the first mail
#	make host-test		all of them
#
# All want root, and bring what they need as make check does.  Nothing of this
# host is changed: each has mounts and a network of its own.

HOSTS	= systemd-test inetd-test evening-test

HOST	= $(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive NOTES=yes tests/run

systemd-test: all
	@PROOF=$(PROOF) $(HOST) $(addprefix tests/host/systemd/,mail.py \
	    sandbox.py tls.py clean.py map.py reboot.py cost.py)

inetd-test: all
	@PEERS=$(PEERS) tests/unpack inetd xinetd
	@$(HOST) tests/host/inetd/inetd.py

evening-test: all
	@$(HOST) tests/host/evening/evening.py

host-test: $(HOSTS)

.PHONY: host-test $(HOSTS)
