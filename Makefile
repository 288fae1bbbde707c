# Makefile - the map of the build.
#
#	make		build/smtp-receive, static, and smtp-receive-user, which
#			is not; needs a C compiler, no library; and where
#			OpenSSL and libseccomp are, smtp-receive-tls, and
#			where libcdb is, smtp-receive-map
#	make demo	a receiver on 127.0.0.1:2525 that shows what it stores
#	make check	every test
#	make proof	the long ones: power cuts, kills, full disks
#	make host-test	those that need a whole host: units, README
#	make install	below PREFIX, and all of that below DESTDIR
#	make uninstall	takes away what install has put there, nothing else
#	make clean
#
# demo and check install what they need by apt-get, as root; else they say
# what is missing.  CC, CFLAGS, CPPFLAGS, LDFLAGS are yours; V=1 shows the
# commands.

VERSION	= 0.1

PREFIX	= /usr/local
SBINDIR	= $(PREFIX)/sbin
LIBEXECDIR = $(PREFIX)/libexec/smtp-receive
MANDIR	= $(PREFIX)/share/man
DOCDIR	= $(PREFIX)/share/doc/smtp-receive
UNITDIR	= $(PREFIX)/lib/systemd/system

BUILD	= build
DEMO_PORT ?= 2525

# The rooms.  A new one is a word here, and its test a line in tests/tests.mk.

SESSION	= smtp transaction session line wire param path body dot head \
	  chunk
SEAM	= ask confined
MONITOR	= monitor house event deliver leftover commit mailbox trace log id \
	  client clock config setting usermap mapsearch mapform maptext \
	  mapindex mapreader mapline mapfault mapcdb mapblock maptrailer \
	  mapfile mapmemory address username ids passwd account child spawn tls
BOTH	= main connection reply span rights forked emptyroot
MAILDIR	= maildir delivery name undo

ROOMS	= $(SESSION:%=smtp-receive/%) $(SEAM:%=smtp-receive/%) \
	  $(MONITOR:%=smtp-receive/%) $(BOTH:%=smtp-receive/%) \
	  $(MAILDIR:%=maildir/%)

# Sanitizers cannot live in the sandbox, and want libc as it is: builds with
# them link the other.

SANDBOX	    = smtp-receive/sandbox smtp-receive/direct
SANDBOX_NONE = smtp-receive/sandbox-none

# The compiler: yours, else musl-gcc where there is one, else cc with the
# static glibc.  A process is started for each connection: static and not
# relocated costs least, musl a quarter of glibc.  Looked up when it is used,
# because demo and check may have installed it just before.

ifeq ($(origin CC),default)
SHIP_CC	= $(shell command -v musl-gcc || echo cc)
else
SHIP_CC	= $(CC)
endif
CFLAGS	?= -O2 -g -D_FORTIFY_SOURCE=2

WARN	= -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	  -Wmissing-prototypes -Wconversion
HARDEN	= -fstack-protector-strong
COMPILE	= -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
	  -DUSER_PROGRAM='"$(LIBEXECDIR)/smtp-receive-user"' \
	  -DTLS_PROGRAM='"$(LIBEXECDIR)/smtp-receive-tls"' $(WARN) $(HARDEN) \
	  -MMD -MP $(CPPFLAGS) $(CFLAGS)
# musl-gcc does not find the kernel's headers by itself.
KERNEL	= $(if $(findstring musl,$(SHIP_CC)),-idirafter /usr/include \
	  -idirafter /usr/include/$(shell $(SHIP_CC) -print-multiarch))
SHIP	= $(SHIP_CC) $(COMPILE) $(KERNEL) -fno-pie -ffunction-sections \
	  -fdata-sections
LINK	= $(SHIP_CC) -static -Wl,--gc-sections \
	  -Wl,-z,relro,-z,now,-z,noexecstack,-z,noseparate-code \
	  $(CFLAGS) $(LDFLAGS)

Q	= $(if $(V),,@echo '  $@';)

SHIPPED	= $(patsubst %,$(BUILD)/obj/%.o,$(ROOMS) $(SANDBOX))

all: $(BUILD)/smtp-receive $(BUILD)/smtp-receive-user

$(BUILD)/smtp-receive: $(SHIPPED)
	$(Q)$(LINK) -o $@ $(SHIPPED)
	@echo "$@: static, linked by $(SHIP_CC)"

# Never static, never musl: glibc loads the modules of the name service.
GLIBC_CC = $(if $(findstring musl,$(CC)),cc,$(CC))
USER	= $(GLIBC_CC) $(COMPILE) -fPIE -pie -Wl,-z,relro,-z,now $(LDFLAGS)
$(BUILD)/smtp-receive-user: smtp-receive/user/smtp-receive-user.c \
    $(BUILD)/obj/flags
	$(Q)$(USER) -MF $(BUILD)/obj/$(@F).d -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(Q)$(SHIP) -c -o $@ $<

# What the objects were compiled with: when it changes, they are stale.

$(BUILD)/obj/flags: export FLAGS = $(SHIP) $(LINK) $(USER)
$(BUILD)/%/flags: FORCE
	@mkdir -p $(@D)
	@echo "$$FLAGS" | cmp -s - $@ || echo "$$FLAGS" >$@

demo: all
	@DEMO_PORT=$(DEMO_PORT) SMTP_RECEIVE=$(BUILD)/smtp-receive \
	    exec tests/demo

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all check demo clean FORCE
.DELETE_ON_ERROR:

include units/install.mk
include tests/tests.mk
include smtp-receive/tls/tls.mk
include smtp-receive/map/map.mk
-include $(shell find $(BUILD) -path '*/obj/*.d' -type f 2>/dev/null)
