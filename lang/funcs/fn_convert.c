/* fn_convert.c - quantities in other units: convert_length and its like.
 *
 * Called by: the engine, once per row. The units are those of units.def; the
 * name of another unit gives null. */
#include <math.h>

#include "text_int.h"

#define PI 3.14159265358979323846

enum quantity {
    ANGLE, ENERGY, FORCE, LENGTH, MASS, SPEED, TEMPERATURE, VOLUME,
};

static const struct unit {
    enum quantity of;
    const char *name;
    double factor; /* 0: Tilt, the sine of an angle */
    double offset;
} units[] = {
#define UNIT(of, name, factor, offset) { of, #name, factor, offset },
#include "units.def"
#undef UNIT
};

static const struct unit *unit_find(enum quantity of, str name)
{
    for (size_t i = 0; i < ROWS(units); i++)
        if (units[i].of == of && str_eqz(name, units[i].name))
            return &units[i];
    return NULL;
}

static double to_base(const struct unit *u, double x)
{
    return u->factor == 0 ? asin(x) : x * u->factor + u->offset;
}

static double from_base(const struct unit *u, double x)
{
    return u->factor == 0 ? sin(x) : (x - u->offset) / u->factor;
}

static void convert(enum quantity of, const struct value *in,
                    struct value *out)
{
    const struct unit *from = unit_find(of, in[1].s);
    const struct unit *to = unit_find(of, in[2].s);
    if (from && to)
        dyn_set_real(out, from == to ? in[0].d
                                     : from_base(to, to_base(from, in[0].d)));
}

#define CONVERT(c, of)                                                       \
    static void row_##c(struct fn_ctx *cx, const struct value *in, size_t n, \
                        struct value *out)                                   \
    {                                                                        \
        (void)cx, (void)n;                                                   \
        convert(of, in, out);                                                \
    }
#define ROW(c, from, to)                                                     \
    { .name = "convert_" #c, .params = "real, string, string",               \
      .ret = TYPE_REAL, .row = row_##c, .flags = FN_MAYNULL,                 \
      .usage = "convert_" #c "(value, from, to)",                            \
      .summary = "The " #c " in another unit, such as " to                   \
                 "; null when a unit is unknown.",                           \
      .example = "print convert_" #c "(1.2, '" from "', '" to "')" }

CONVERT(angle, ANGLE)
CONVERT(energy, ENERGY)
CONVERT(force, FORCE)
CONVERT(length, LENGTH)
CONVERT(mass, MASS)
CONVERT(speed, SPEED)
CONVERT(temperature, TEMPERATURE)
CONVERT(volume, VOLUME)

const struct lang_func funcs_convert[] = {
    ROW(angle, "Degree", "Arcminute"),
    ROW(energy, "Joule", "BritishThermalUnit"),
    ROW(force, "Newton", "Decanewton"),
    ROW(length, "Meter", "Foot"),
    ROW(mass, "Kilogram", "Pound"),
    ROW(speed, "MeterPerSecond", "CentimeterPerHour"),
    ROW(temperature, "Kelvin", "DegreeCelsius"),
    ROW(volume, "CubicMeter", "AcreFoot"),
};
const size_t nfuncs_convert = ROWS(funcs_convert);
