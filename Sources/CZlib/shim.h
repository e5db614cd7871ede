#ifndef AETHEREDGE_CZLIB_SHIM_H
#define AETHEREDGE_CZLIB_SHIM_H

#include <zlib.h>

/* deflateInit2 and inflateInit2 are macros, which Swift does not import. */

/* Prepares a raw deflate stream (no zlib or gzip header). Returns Z_OK or a zlib error. */
static inline int aether_deflate_init_raw(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

/* Prepares to read a raw deflate stream. Returns Z_OK or a zlib error. */
static inline int aether_inflate_init_raw(z_stream *stream) {
    return inflateInit2(stream, -MAX_WBITS);
}

#endif
