#pragma once

// Without this, sd-journal.h turns the writers into macros that add the C source location.
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <stdint.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

// sd_bus_message_append() and sd_bus_message_read() are variadic, which Swift cannot call. These are their
// one-value forms with the type of the value in the signature. Each returns what sd-bus returns: negative is -errno.

static inline int csystemd_append_byte(sd_bus_message *m, uint8_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_BYTE, &value);
}

// A D-Bus boolean is an int in C: 0 or 1.
static inline int csystemd_append_boolean(sd_bus_message *m, int value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_BOOLEAN, &value);
}

static inline int csystemd_append_int16(sd_bus_message *m, int16_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_INT16, &value);
}

static inline int csystemd_append_uint16(sd_bus_message *m, uint16_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_UINT16, &value);
}

static inline int csystemd_append_int32(sd_bus_message *m, int32_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_INT32, &value);
}

static inline int csystemd_append_uint32(sd_bus_message *m, uint32_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_UINT32, &value);
}

static inline int csystemd_append_int64(sd_bus_message *m, int64_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_INT64, &value);
}

static inline int csystemd_append_uint64(sd_bus_message *m, uint64_t value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_UINT64, &value);
}

static inline int csystemd_append_double(sd_bus_message *m, double value) {
    return sd_bus_message_append_basic(m, SD_BUS_TYPE_DOUBLE, &value);
}

// `type` is one of s, o, g. sd-bus copies the text.
static inline int csystemd_append_text(sd_bus_message *m, char type, const char *value) {
    return sd_bus_message_append_basic(m, type, value);
}

static inline int csystemd_read_byte(sd_bus_message *m, uint8_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_BYTE, value);
}

static inline int csystemd_read_boolean(sd_bus_message *m, int *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_BOOLEAN, value);
}

static inline int csystemd_read_int16(sd_bus_message *m, int16_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_INT16, value);
}

static inline int csystemd_read_uint16(sd_bus_message *m, uint16_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_UINT16, value);
}

static inline int csystemd_read_int32(sd_bus_message *m, int32_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_INT32, value);
}

static inline int csystemd_read_uint32(sd_bus_message *m, uint32_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_UINT32, value);
}

static inline int csystemd_read_int64(sd_bus_message *m, int64_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_INT64, value);
}

static inline int csystemd_read_uint64(sd_bus_message *m, uint64_t *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_UINT64, value);
}

static inline int csystemd_read_double(sd_bus_message *m, double *value) {
    return sd_bus_message_read_basic(m, SD_BUS_TYPE_DOUBLE, value);
}

// `type` is one of s, o, g. The text belongs to the message: copy it before the message goes.
static inline int csystemd_read_text(sd_bus_message *m, char type, const char **value) {
    return sd_bus_message_read_basic(m, type, value);
}
