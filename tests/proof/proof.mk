# proof.mk - what 250 means, shown by tests that try to break it.
#
#	make crash-test		the power fails at every moment
#	make fault-test		every system call fails once, or is the last
#	make scarcity-test	no room, no inodes, no quota, no memory
#	make soak		processes and clients die, readers read
#	make cluster-test	a node of the storage dies
#	make proof		all of them
#
# With PROOF=short each takes about a minute; .ci/run does that.  All of them
# want root, and bring what they need as make check does; tests/proof/README
# has their methods and figures.

PROOF	?= full
PROOFS	= crash-test fault-test scarcity-test soak cluster-test

PROVE	= $(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive PROOF=$(PROOF) \
	  NOTES=yes tests/run

# Tools in C: one file, tests/proof/ROOM/NAME.c, is build/proof/NAME.
$(BUILD)/proof/%: $(BUILD)/test/obj/flags
	@mkdir -p $(@D)
	$(Q)$(TESTED) -o $@ $(filter %.c,$^) $(LIBRARIES)

$(BUILD)/proof/short: tests/proof/fault/short.c

fault-test: all $(BUILD)/proof/short
	@$(PROVE) tests/proof/fault/fault.py

scarcity-test: all
	@$(PROVE) tests/proof/scarcity/scarcity.py

soak: all peers
	@$(PROVE) tests/proof/soak/soak.py

cluster-test: all
	@$(PROVE) tests/proof/cluster/cluster.py

proof: $(PROOFS)

.PHONY: proof $(PROOFS)
