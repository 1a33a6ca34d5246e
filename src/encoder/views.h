/* Views: which instruction set the images hold, and where their pieces are loaded. */
#ifndef WHITTLE_ENCODER_VIEWS_H
#define WHITTLE_ENCODER_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/stream.h"
#include "encoder/recognise.h"
#include "whittle/encoder.h"

/* One way to see the images: an instruction set and the regions of both. */
typedef struct view {
    uint8_t isa;
    layout source;
    layout target;
} view;

/* What views are judged by: the images, a first plan whose mapped copies tell where addresses went,
 * and what the caller of the encoder knows. */
typedef struct view_question {
    const uint8_t *source;
    const uint8_t *target;
    size_t source_size;
    size_t target_size;
    const whittle_copy *copies;
    size_t copy_count;
    const whittle_encoder_options *options;
} view_question;

typedef struct view_choice {
    view best;     /* no regions where no view helps */
    view rival;    /* the second best; no regions where there is none */
    bool close;    /* the rival is about as good by what it explains */
    bool doubtful; /* the best may cost more than it saves */
} view_choice;

/* WHITTLE_ERROR_ARGUMENT: options hold regions that their image cannot have. */
int views_choose(const view_question *of, view_choice *choice);

#endif
