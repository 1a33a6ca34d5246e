/* The names of symbols as people write them: linkers know functions of C++ and Rust by names that
 * their compilers made up of scope, name and types. */
#ifndef TOOLS_REPORT_SYMBOL_NAME_H
#define TOOLS_REPORT_SYMBOL_NAME_H

#include <stddef.h>

/* Room for a name as it is shown. */
#define SYMBOL_NAME_MAX 512

/* "foo::bar(int)" for "_ZN3foo3barEi", by way of text; NULL for a name that nobody made up. What
 * has no room ends with "…". */
const char *symbol_name_decoded(const char *name, char text[SYMBOL_NAME_MAX]);

/* The same, but the name itself where there is nothing to decode. */
const char *symbol_name(const char *name, char text[SYMBOL_NAME_MAX]);

/* How many bytes of a name fit into so many, without a part of a character. */
int symbol_name_cut(const char *name, size_t room);

#endif
