// SPDX-License-Identifier: Apache-2.0
/* What a scalar's text reads as: YAML numbers and booleans, and TOSCA's versions, timestamps and scalar units
 * (TOSCA 1.3, section 3.3). */
#pragma once

#include "base/yaml.h"

enum scalar_reads {
    READS_NULL,
    READS_BOOLEAN,
    READS_OLD_BOOLEAN /* yes, no, on, off */,
    READS_INTEGER,
    READS_FLOAT,
    READS_TEXT
};

struct scalar_read {
    enum scalar_reads reads;
    bool boolean;
    bool big; /* an integer past 64 bits */
    int64_t integer;
    double real;
};
/* Reads by the YAML 1.2 core schema; a quoted scalar or one tagged !!str is text. */
struct scalar_read scalar_read(const struct ynode *n);

enum unit_kind { UNIT_SIZE, UNIT_TIME, UNIT_FREQUENCY, UNIT_BITRATE, UNIT_KINDS };

/* An exact amount: value / 10^digits of the smallest unit (byte, nanosecond, hertz, bit a second). */
struct scalar_amount {
    __extension__ __int128 value;
    unsigned digits;
    const char *unit; /* the unit's normal spelling */
    bool odd_case;    /* it was written in other letters: "mb" */
};
enum scalar_fault { SCALAR_OK, SCALAR_NO_NUMBER, SCALAR_NO_UNIT, SCALAR_BAD_UNIT, SCALAR_TOO_LONG };
enum scalar_fault scalar_amount(enum unit_kind kind, const char *text, struct scalar_amount *ret);
int scalar_amount_compare(const struct scalar_amount *a, const struct scalar_amount *b);
/* The units of a kind in their normal spelling, for messages: "B, kB, ...". */
void scalar_units(enum unit_kind kind, char *ret, size_t size);

/* major.minor[.fix[.qualifier[-build]]]; "1" alone is read as 1.0. */
struct scalar_version {
    int64_t number[3], build;
    char qualifier[64];
};
bool scalar_version(const char *text, struct scalar_version *ret);
int scalar_version_compare(const struct scalar_version *a, const struct scalar_version *b);

/* A YAML timestamp: a date, or a date and a time with an optional zone. As microseconds since 1970, no zone meaning
 * UTC. */
bool scalar_timestamp(const char *text, int64_t *ret_us);
