/* The URLs of a manifest: references relative to it (RFC 3986), to files of its own folder. */
#ifndef TOOLS_BATCH_URL_H
#define TOOLS_BATCH_URL_H

/* The URL of the file NAMESUFFIX, freed by the caller; NULL where there is no memory. */
char *batch_url(const char *name, const char *suffix);

/* The name of the file that a URL leads to, freed by the caller; NULL if it leads elsewhere, or
 * might where others read it. NULL is no URL. */
char *batch_url_name(const char *url);

#endif
