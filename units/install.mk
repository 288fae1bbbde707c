# install.mk - what goes where, and away again.
#
#	make install	below PREFIX, and all of that below DESTDIR
#	make uninstall	takes away what install has put there, nothing else

MAN5	= smtp-receive.conf.5 smtp-receive-users.5
MAN7	= smtp-receive-promise.7 smtp-receive-takeover.7
MAN8	= smtp-receive.8 user/smtp-receive-user.8 tls/smtp-receive-tls.8 \
	  map/smtp-receive-map.8
UNITS	= $(addprefix smtp-receive,.socket @.service -smtps.socket \
	  -smtps@.service -tcpserver.service -map.path -map.service)
CONFS	= lib/sysusers lib/tmpfiles share/user-tmpfiles
EXAMPLES = system-users.conf hardened.conf inetd.conf xinetd tcpserver
INSTALLED = $(addprefix $(SBINDIR)/,smtp-receive smtp-receive-map) \
	  $(addprefix $(LIBEXECDIR)/smtp-receive-,user tls) \
	  $(MAN5:%=$(MANDIR)/man5/%) $(MAN7:%=$(MANDIR)/man7/%) \
	  $(addprefix $(MANDIR)/man8/,$(notdir $(MAN8))) \
	  $(UNITS:%=$(UNITDIR)/%) $(EXAMPLES:%=$(DOCDIR)/%) $(DOCDIR)/README \
	  $(CONFS:%=$(PREFIX)/%.d/smtp-receive.conf)

# $(call PLACE,FILE,TO): a file of units/, with the places written into it.
define PLACE
	sed 's|@SBINDIR@|$(SBINDIR)|g; s|@LIBEXECDIR@|$(LIBEXECDIR)|g; \
	    s|@DOCDIR@|$(DOCDIR)|g' units/$(1) | \
	    install -m $(if $(filter tcpserver,$(1)),755,644) /dev/stdin \
	    $(DESTDIR)$(2)

endef

install: all
	install -d $(sort $(dir $(INSTALLED:%=$(DESTDIR)%)))
	install -m 755 $(BUILD)/smtp-receive $(DESTDIR)$(SBINDIR)
	[ ! -e $(BUILD)/smtp-receive-map ] || \
	    install -m 755 $(BUILD)/smtp-receive-map $(DESTDIR)$(SBINDIR)
	install -m 711 $(BUILD)/smtp-receive-user $(DESTDIR)$(LIBEXECDIR)
	[ ! -e $(BUILD)/smtp-receive-tls ] || \
	    install -m 711 $(BUILD)/smtp-receive-tls $(DESTDIR)$(LIBEXECDIR)
	$(foreach n,5 7 8,install -m 644 $(MAN$(n):%=smtp-receive/%) \
	    $(DESTDIR)$(MANDIR)/man$(n) || exit;)
	install -m 644 README $(DESTDIR)$(DOCDIR)
	$(foreach f,$(UNITS),$(call PLACE,$(f),$(UNITDIR)/$(f)))
	$(foreach f,$(EXAMPLES),$(call PLACE,$(f),$(DOCDIR)/$(f)))
	$(foreach f,$(CONFS),$(call \
	    PLACE,$(notdir $(f)).conf,$(PREFIX)/$(f).d/smtp-receive.conf))

uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)%)
	rmdir $(DESTDIR)$(DOCDIR) $(DESTDIR)$(LIBEXECDIR) 2>/dev/null || true

.PHONY: install uninstall
