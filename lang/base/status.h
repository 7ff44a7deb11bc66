/* status.h - how a fallible function answers, and how our own bugs end.
 *
 * Three kinds of trouble, three mechanisms: our bug -> BUG() aborts with the
 * place; the analyst's cell or data -> a diagnostic and ST_USER; the world
 * (file, network, memory limit) -> a diagnostic and ST_ENV. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
    ST_OK,
    ST_USER,      /* the cell is wrong; diags say where */
    ST_ENV,       /* the world refused; diags say what and what to try */
    ST_CANCELLED, /* interrupted; nothing to say */
};

#define NODISCARD __attribute__((warn_unused_result))

__attribute__((noreturn, format(printf, 3, 4)))
void bug(const char *file, int line, const char *fmt, ...);
#define BUG(...) bug(__FILE__, __LINE__, __VA_ARGS__)

#endif
