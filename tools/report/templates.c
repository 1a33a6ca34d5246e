/* The files of tools/report/page, as the numbers of their bytes: build/embedded/NAME is made from
 * tools/report/NAME by the Makefile. */
#include "templates.h"

static const char page[] = {
#include "embedded/page.html"
};
static const char style[] = {
#include "embedded/page.css"
};
static const char colours[] = {
#include "embedded/colours.css"
};
static const char script[] = {
#include "embedded/page.js"
};
static const char picture[] = {
#include "embedded/picture.svg"
};

const embedded_file template_page = {page, sizeof page};
const embedded_file template_style = {style, sizeof style};
const embedded_file template_colours = {colours, sizeof colours};
const embedded_file template_script = {script, sizeof script};
const embedded_file template_picture = {picture, sizeof picture};
