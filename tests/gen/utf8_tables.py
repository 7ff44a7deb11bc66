#!/usr/bin/env python3
"""utf8_tables.py - writes lang/base/utf8_tables.def from the Unicode data.

Run by hand when a newer Unicode version is wanted:
    python3 tests/gen/utf8_tables.py > lang/base/utf8_tables.def
Unassigned code points between two ranges of a set are taken into the set: it
makes the tables half as long and says nothing about text that exists.
"""
import unicodedata as u

LAST = 0x10FFFF


def chars():
    return (c for c in range(LAST + 1) if not 0xD800 <= c < 0xE000)


def simple_fold(c):
    f = chr(c).casefold()
    if len(f) == 1:
        return ord(f)
    low = chr(c).lower()  # status S of a character whose status F is longer
    return ord(low) if len(low) == 1 else c


def simple_lower(c):
    low = chr(c).lower()
    return ord(low) if len(low) == 1 else c


def simple_upper(c):
    for up in (chr(c).upper(), chr(c).title()):
        if len(up) == 1:
            return ord(up)
    return c


def extra_folds():
    # Folds of status S that Unicode 15.1 added.
    return {0x1FD3: 0x390, 0x1FE3: 0x3B0, 0xFB05: 0xFB06}


def case_ranges(pairs):
    out = []  # first, last, stride, delta
    for c, d in pairs:
        if out:
            first, last, stride, delta = out[-1]
            step = c - last
            if d == delta and (step == stride or (first == last and step <= 2)):
                out[-1] = (first, c, step, delta)
                continue
        out.append((c, c, 1, d))
    return out


def set_ranges(member):
    out = []
    gap_ok = False
    for c in chars():
        if member(c):
            if out and gap_ok:
                out[-1][1] = c
            else:
                out.append([c, c])
            gap_ok = True
        elif u.category(chr(c)) != 'Cn':
            gap_ok = False
    return out


def write(macro, rows):
    line = '   '
    for r in rows:
        item = ' %s(%s)' % (macro, ', '.join(r))
        if len(line) + len(item) > 79:
            print(line)
            line = '   '
        line += item
    print(line)
    print('#undef ' + macro)


def write_case(macro, mapping):
    pairs = [(c, mapping(c) - c) for c in chars()
             if c >= 0x80 and mapping(c) != c]
    write(macro, [('0x%X' % a, '0x%X' % b, str(s), str(d))
                  for a, b, s, d in case_ranges(pairs)])


def write_set(macro, member):
    write(macro, [('0x%X' % a, '0x%X' % b) for a, b in
                  set_ranges(lambda c: c >= 0x80 and member(c))])


extra = extra_folds()
print('/* utf8_tables.def - case pairs and character sets beyond ASCII.')
print(' *')
print(' * Written by tests/gen/utf8_tables.py from Unicode %s; included by'
      % u.unidata_version)
print(' * utf8.c once per table. Case rows: first, last, stride, what to add. */')
for name, macro, body in (
        ('FOLD', write_case, lambda c: extra.get(c, simple_fold(c))),
        ('LOWER', write_case, simple_lower),
        ('UPPER', write_case, simple_upper),
        ('ALNUM', write_set, lambda c: u.category(chr(c))[0] == 'L'
            or u.category(chr(c)) == 'Nd'),
        ('WIDE', write_set, lambda c: u.category(chr(c)) != 'Cn'
            and u.east_asian_width(chr(c)) in 'WF'),
        ('ZERO', write_set, lambda c: u.category(chr(c)) in ('Mn', 'Me', 'Cf')
            or 0x1160 <= c <= 0x11FF)):
    print('#ifdef ' + name)
    macro(name, body)
    print('#endif')
