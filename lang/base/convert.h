/* convert.h - what a text is worth as a number, a bool or a guid.
 *
 * Called by: conversion functions, typed columns of readers. No text fails:
 * false means "not one", and *out is untouched. The rules are KQL's. */
#ifndef BASE_CONVERT_H
#define BASE_CONVERT_H

#include "buf.h"

/* Decimal with a sign, or 0x and up to 16 hexadecimal digits (the bits of the
 * number, so 0xFFFFFFFFFFFFFFFF is -1). White space around it is fine. */
bool text_to_long(str s, int64_t *out);
/* The same within 32 bits; 0xFFFFFFFF is -1. */
bool text_to_int(str s, int64_t *out);
/* 1, -1.5, 2.5e-3, .5; NaN, inf, Infinity with a sign. Too large: infinity. */
bool text_to_real(str s, double *out);
/* true and false in any case, or an integer (0 is false). No white space. */
bool text_to_bool(str s, bool *out);
/* 32 hexadecimal digits with any single dashes between, maybe in { } or ( ),
 * as the service reads them (a guid is written 8-4-4-4-12). Writes
 * the 36 characters of the lower-case form with dashes. */
enum { GUID_TEXT = 36 };
bool text_to_guid(str s, char out[GUID_TEXT]);

/* The whole part; false when NaN or beyond 64 bits. */
bool real_to_long(double d, int64_t *out);

#endif
