# map.mk - build/smtp-receive-map, which compiles the user map.
#
# Only where libcdb can be compiled with: all else of smtp-receive needs no
# library, and reads the map as text.

MAP	= smtp-receive/map
MAP_SOURCES = $(addprefix $(MAP)/,smtp-receive-map.c compile.c replace.c) \
	  $(addprefix smtp-receive/,maptext.c mapfault.c mapfile.c mapmemory.c \
	  mapindex.c mapreader.c mapline.c maptrailer.c address.c username.c \
	  span.c)
MAP_HEADERS = $(wildcard $(MAP)/*.h smtp-receive/*.h)
MAP_BUILD = $(GLIBC_CC) $(filter-out -MMD -MP,$(COMPILE)) -fPIE -pie \
	  -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)

# $(call MAP_IF,COMMAND): or what there would have to be for it.
MAP_IF	= $(Q)if $(GLIBC_CC) -E -include cdb.h - </dev/null >/dev/null 2>&1; \
	  then $(1); else echo "$@: not built: it needs libcdb-dev"; fi

$(BUILD)/smtp-receive-map: $(MAP_SOURCES) $(MAP_HEADERS) $(BUILD)/map/flags
	$(call MAP_IF,$(MAP_BUILD) -o $@ $(MAP_SOURCES) -lcdb)

$(BUILD)/map/flags: export FLAGS = $(MAP_BUILD)

$(ASAN)/smtp-receive-map: $(MAP_SOURCES) $(MAP_HEADERS) $(ASAN)/obj/flags
	$(call MAP_IF,$(SANITIZED) $(LDFLAGS) -o $@ $(MAP_SOURCES) -lcdb)

all: $(BUILD)/smtp-receive-map
asan: $(ASAN)/smtp-receive-map

# What the rooms of the map cost, compiled as they are shipped: tests/bench.
$(BUILD)/bench/map: $(patsubst %,$(BUILD)/obj/%.o,tests/bench/map \
    $(call PATHS,$(sort $(LINKS_usermap))))
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^
