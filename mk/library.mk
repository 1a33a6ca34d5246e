# The library for programs on the host, as `make install` installs it: shared, with only the functions of
# include/whittle visible, and static, where every name that a program could meet begins with whittle_.

PUBLIC_HEADERS := $(wildcard include/whittle/*.h)
VERSION        := $(shell sed -n 's/^\#define WHITTLE_VERSION "\(.*\)"/\1/p' tools/version.h)

# Programs that were linked with one version run with every later one of the same major version.
SONAME         := libwhittle.so.$(firstword $(subst ., ,$(VERSION)))
PUBLIC_SOURCES := $(filter-out ports/%,$(CORE_SOURCES) $(HOST_SOURCES))
SHARED_LIBRARY := $(BUILD)/libwhittle.so.$(VERSION)
SHARED_OBJECTS := $(patsubst %.c,$(BUILD)/pic/%.o,$(PUBLIC_SOURCES))
STATIC_LIBRARY := $(BUILD)/static/libwhittle.a
STATIC_OBJECTS := $(call object,$(PUBLIC_SOURCES))

$(BUILD)/pic/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

# Which names are public, the headers say.
$(BUILD)/exports.map: $(PUBLIC_HEADERS) mk/library.mk
	@mkdir -p $(@D)
	@{ echo '{ global:'; \
	   sed -n -e 's/.*\b\(whittle_[a-z0-9_]*\)(.*/    \1;/p' \
	          -e 's/^extern .*\b\(whittle_[a-z0-9_]*\);/    \1;/p' $(PUBLIC_HEADERS) | sort -u; \
	   echo '  local: *; };'; } >$@

$(SHARED_LIBRARY): $(SHARED_OBJECTS) $(BUILD)/exports.map
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs \
	    -Wl,--version-script=$(BUILD)/exports.map -o $@ $(SHARED_OBJECTS) $(HOST_LIBS)

# Functions that parts of the library share have short names, which a program may have, too.
$(STATIC_LIBRARY): $(STATIC_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $(STATIC_OBJECTS)
	nm -g --defined-only $(STATIC_OBJECTS) | \
	    awk 'NF == 3 && $$3 !~ /^whittle_/ { print $$3, "whittle_private_" $$3 }' >$(@D)/private-names
	objcopy --redefine-syms=$(@D)/private-names $@

-include $(SHARED_OBJECTS:.o=.d)
