# `make install`: tools, manual pages, completion, and the library for the host with its headers,
# below $(DESTDIR)$(PREFIX). A packager may choose each folder by itself: LIBDIR=/usr/lib/...

BINDIR     := $(PREFIX)/bin
LIBDIR     := $(PREFIX)/lib
INCLUDEDIR := $(PREFIX)/include
MANDIR     := $(PREFIX)/share/man
BASHDIR    := $(PREFIX)/share/bash-completion/completions
ZSHDIR     := $(PREFIX)/share/zsh/site-functions

.PHONY: install uninstall manual

# The tools themselves say what is in their pages, so these are made anew with each of them.
#: make manual          the manual pages, as build/man/whittle.1 and so on
manual: $(BUILD)/man/made
$(BUILD)/man/made: all scripts/make-manual $(wildcard docs/man/*.mdoc)
	@rm -rf $(@D)
	@scripts/make-manual . $(@D)
	@touch $@

# How other programs find the library: pkg-config --cflags --libs whittle, with --static for
# libwhittle.a. Relative to prefix where the folders are below it, so that it can be moved.
define PKG_CONFIG_FILE
prefix=$(PREFIX)
libdir=$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))
includedir=$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR))

Name: whittle
Description: Differential firmware updates: makes and applies patches
Version: $(VERSION)
Cflags: -I$${includedir}
Libs: -L$${libdir} -lwhittle
Libs.private: $(HOST_LIBS)
endef
export PKG_CONFIG_FILE

# The same for CMake: find_package(whittle), and link whittle::whittle or whittle::static.
define CMAKE_FILE
get_filename_component(_whittle_libdir "$${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
find_path(whittle_INCLUDE_DIR whittle/encoder.h NO_DEFAULT_PATH
  PATHS "$${_whittle_libdir}/../include" "$${_whittle_libdir}/../../include" "$(INCLUDEDIR)")
if(NOT TARGET whittle::whittle)
  add_library(whittle::whittle SHARED IMPORTED)
  set_target_properties(whittle::whittle PROPERTIES
    IMPORTED_LOCATION "$${_whittle_libdir}/libwhittle.so.$(VERSION)"
    IMPORTED_SONAME "$(SONAME)"
    INTERFACE_INCLUDE_DIRECTORIES "$${whittle_INCLUDE_DIR}")
  add_library(whittle::static STATIC IMPORTED)
  set_target_properties(whittle::static PROPERTIES
    IMPORTED_LOCATION "$${_whittle_libdir}/libwhittle.a"
    INTERFACE_INCLUDE_DIRECTORIES "$${whittle_INCLUDE_DIR}")
  target_link_libraries(whittle::static INTERFACE $(HOST_LIBS))
endif()
unset(_whittle_libdir)
endef
export CMAKE_FILE

# Any version of the same major number that is no older will do, as for the dynamic linker.
define CMAKE_VERSION_FILE
set(PACKAGE_VERSION "$(VERSION)")
set(PACKAGE_VERSION_EXACT FALSE)
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION AND
   "$${PACKAGE_FIND_VERSION_MAJOR}" EQUAL "$(firstword $(subst ., ,$(VERSION)))")
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
endef
export CMAKE_VERSION_FILE

#: make install         tools, library and headers, to PREFIX=/usr/local below DESTDIR=
install: all manual $(STATIC_LIBRARY) $(SHARED_LIBRARY)
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(LIBDIR)/cmake/whittle \
	    $(INCLUDEDIR)/whittle $(MANDIR)/man1 $(BASHDIR) $(ZSHDIR))
	install diff_creator whittle $(DESTDIR)$(BINDIR)
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(MANDIR)/man1
	install -m 644 completions/whittle.bash $(DESTDIR)$(BASHDIR)/whittle
	ln -sf whittle $(DESTDIR)$(BASHDIR)/diff_creator
	install -m 644 completions/whittle.zsh $(DESTDIR)$(ZSHDIR)/_whittle
	install -m 644 $(STATIC_LIBRARY) $(SHARED_LIBRARY) $(DESTDIR)$(LIBDIR)
	ln -sf $(notdir $(SHARED_LIBRARY)) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libwhittle.so
	install -m 644 $(PUBLIC_HEADERS) $(DESTDIR)$(INCLUDEDIR)/whittle
	@echo "$$PKG_CONFIG_FILE" >$(DESTDIR)$(LIBDIR)/pkgconfig/whittle.pc
	@echo "$$CMAKE_FILE" >$(DESTDIR)$(LIBDIR)/cmake/whittle/whittle-config.cmake
	@echo "$$CMAKE_VERSION_FILE" >$(DESTDIR)$(LIBDIR)/cmake/whittle/whittle-config-version.cmake

#: make uninstall       removes them from there
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/diff_creator $(DESTDIR)$(BINDIR)/whittle
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/man1/,diff_creator.1 whittle.1 whittle-*.1)
	rm -f $(addprefix $(DESTDIR)$(BASHDIR)/,whittle diff_creator) $(DESTDIR)$(ZSHDIR)/_whittle
	rm -f $(DESTDIR)$(LIBDIR)/libwhittle.* $(DESTDIR)$(LIBDIR)/pkgconfig/whittle.pc
	rm -rf $(DESTDIR)$(LIBDIR)/cmake/whittle $(DESTDIR)$(INCLUDEDIR)/whittle
