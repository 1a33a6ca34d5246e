/* Characters of texts that come from files and may be anything. */
#ifndef TOOLS_COMMON_UTF8_H
#define TOOLS_COMMON_UTF8_H

/* Bytes of the UTF-8 character (RFC 3629) that text, which ends with NUL, starts with; 0 if it is
 * none. Short, overlong and surrogate forms are none. */
unsigned utf8_size(const char *text);

#endif
