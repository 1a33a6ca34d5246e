/* The version of the tools, as --version shows it. CHANGELOG.md says what each one brought. */
#ifndef TOOLS_VERSION_H
#define TOOLS_VERSION_H

#define WHITTLE_VERSION "0.1.0"

#endif
