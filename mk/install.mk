# `make install`: the tools, the library for the host and its headers, below $(DESTDIR)$(PREFIX).

BINDIR     := $(PREFIX)/bin
LIBDIR     := $(PREFIX)/lib
INCLUDEDIR := $(PREFIX)/include

PUBLIC_HEADERS := $(wildcard include/whittle/*.h)
VERSION         = $(shell sed -n 's/^\#define WHITTLE_VERSION "\(.*\)"/\1/p' tools/version.h)

.PHONY: install uninstall

# How other programs find the library: pkg-config --cflags --libs whittle.
define PKG_CONFIG_FILE
prefix=$(PREFIX)
libdir=$${prefix}/lib
includedir=$${prefix}/include

Name: whittle
Description: Differential firmware updates: makes and applies patches
Version: $(VERSION)
Cflags: -I$${includedir}
Libs: -L$${libdir} -lwhittle $(HOST_LIBS)
endef
export PKG_CONFIG_FILE

install: all $(BUILD)/libwhittle.a
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/whittle
	install diff_creator whittle $(DESTDIR)$(BINDIR)
	install -m 644 $(BUILD)/libwhittle.a $(DESTDIR)$(LIBDIR)
	install -m 644 $(PUBLIC_HEADERS) $(DESTDIR)$(INCLUDEDIR)/whittle
	@echo "$$PKG_CONFIG_FILE" >$(BUILD)/whittle.pc
	install -m 644 $(BUILD)/whittle.pc $(DESTDIR)$(LIBDIR)/pkgconfig

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/diff_creator $(DESTDIR)$(BINDIR)/whittle
	rm -f $(DESTDIR)$(LIBDIR)/libwhittle.a $(DESTDIR)$(LIBDIR)/pkgconfig/whittle.pc
	rm -rf $(DESTDIR)$(INCLUDEDIR)/whittle
