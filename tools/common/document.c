/* Texts in memory. Streams of the C library do not always tell when memory runs out: glibc's fwrite
 * leaves out what does not fit, and sets no error of the stream. errno tells. */
#include "document.h"

#include <errno.h>
#include <stdlib.h>

bool document_start(document *made) {
    *made = (document){.text = NULL};
    made->stream = open_memstream(&made->text, &made->size);
    errno = 0;
    return made->stream != NULL;
}

bool document_finish(document *made) {
    bool whole = !ferror(made->stream);
    whole = fclose(made->stream) == 0 && whole;
    made->stream = NULL;
    return whole && errno != ENOMEM;
}

void document_free(document *made) {
    free(made->text);
    made->text = NULL;
}
