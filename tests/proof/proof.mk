# proof.mk - what 250 means, shown by tests that try to break it.
#
#	make crash-test		the power fails at every moment
#	make fault-test		every system call fails once, or is the last
#	make scarcity-test	no room, no inodes, no quota, no memory
#	make soak		processes and clients die, readers read
#	make cluster-test	a node of the storage dies
#	make scan-test		testssl.sh looks for holes in TLS
#	make proof		all of them
#
# With PROOF=short each takes about a minute; .ci/run does that.  All of them
# want root, and bring what they need as make check does; tests/proof/README
# has their methods, smtp-receive-promise(7) the figures.

PROOF	?= full
PROOFS	= crash-test fault-test scarcity-test soak cluster-test scan-test

PROVE	= $(WITH) SMTP_RECEIVE=$(BUILD)/smtp-receive PROOF=$(PROOF) \
	  NOTES=yes tests/run

# Tools in C: one file, tests/proof/ROOM/NAME.c, is build/proof/NAME.
TOOLS	= $(addprefix $(BUILD)/proof/,short disk steps)
$(BUILD)/proof/short: tests/proof/fault/short.c
$(BUILD)/proof/disk: tests/proof/crash/disk.c
$(BUILD)/proof/steps: tests/proof/crash/steps.c
$(BUILD)/proof/disk: LIBRARIES = $$(pkg-config --cflags --libs fuse3)
$(TOOLS): $(BUILD)/test/obj/flags
	@mkdir -p $(@D)
	$(Q)$(TESTED) -o $@ $(filter %.c,$^) $(LIBRARIES)

# The shipped program with a known bug linked in, which must be found.
WRAPS_name	= fsync syncfs
WRAPS_after	= fsync syncfs
WRAPS_refuse	= syncfs
WRAPS_bytes	= sync_file_range
WRAPS_only	= fsync syncfs sync_file_range
WRAPS_sync	= fsync syncfs sync_file_range
WRAPS_journal	= fremovexattr
MUTANTS	= $(addprefix $(BUILD)/proof/mutant_,name after refuse bytes only \
	  sync journal)
$(MUTANTS): $(BUILD)/proof/mutant_%: $(BUILD)/obj/tests/proof/crash/mutant_%.o \
    $(SHIPPED)
	@mkdir -p $(@D)
	$(Q)$(LINK) $(WRAPS_$*:%=-Wl,--wrap=%) -o $@ $^
$(BUILD)/proof/mutant_only: $(BUILD)/obj/tests/proof/crash/mutant_bytes.o

proof-programs: $(TOOLS) $(MUTANTS)

# Debian's own kernel, for vm.py; where it cannot be had, that is skipped.
kernel: | $(NEEDED)
	@PEERS=$(PEERS) tests/unpack linux || true

CRASH	= $(addprefix tests/proof/crash/,crash.py neighbour.py powercut.py \
	  journal.py)
FAULT	= tests/proof/fault/fault.py
SCARCITY = $(addprefix tests/proof/scarcity/,scarcity.py quota.py)
SOAK	= tests/proof/soak/soak.py
CLUSTER	= tests/proof/cluster/cluster.py
SCAN	= tests/proof/scan.py

crash-test: all $(BUILD)/proof/disk $(BUILD)/proof/steps $(MUTANTS) kernel
	@$(PROVE) $(CRASH)

fault-test: all $(BUILD)/proof/short
	@$(PROVE) $(FAULT)

scarcity-test: all kernel
	@$(PROVE) $(SCARCITY)

soak: all peers
	@$(PROVE) $(SOAK)

cluster-test: all
	@$(PROVE) $(CLUSTER)

scan-test: all
	@$(PROVE) $(SCAN)

# The longest first: some run at a time.
proof: all proof-programs kernel peers
	@$(PROVE) $(FAULT) $(CRASH) $(CLUSTER) $(SCARCITY) $(SCAN) \
	    $(SOAK)

.PHONY: proof proof-programs kernel $(PROOFS)
