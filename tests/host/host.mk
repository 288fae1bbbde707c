# host.mk - what needs a whole host: its super-servers, its accounts.
#
#	make inetd-test		openbsd-inetd and xinetd serve port 25
#	make host-test		all of them
#
# All want root, and bring what they need as make check does.  Nothing of this
# host is changed: each has mounts and a network of its own.

HOSTS	= inetd-test

HOST	= $(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive NOTES=yes tests/run

inetd-test: all
	@PEERS=$(PEERS) tests/unpack inetd xinetd
	@$(HOST) tests/host/inetd/inetd.py

host-test: $(HOSTS)

.PHONY: host-test $(HOSTS)
