package io.muster.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a moment: "2h" for two hours ago, or "2026-03-01T12:00:00Z". */
public final class SinceConverter implements ITypeConverter<Instant> {
    private static final int LAST_YEAR = 9999;

    private final Clock clock;

    /** For picocli. */
    public SinceConverter() {
        this(Clock.systemUTC());
    }

    SinceConverter(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Instant convert(String value) {
        String text = value.strip();
        try {
            OffsetDateTime moment = OffsetDateTime.parse(text);
            if (moment.getYear() < 1 || moment.getYear() > LAST_YEAR) {
                // what lies beyond may not fit into milliseconds
                throw new TypeConversionException(
                        "'" + value + "' is out of range: write a time with a year from 1 to " + LAST_YEAR);
            }
            return moment.toInstant();
        } catch (DateTimeException noInstant) {
            try {
                return clock.instant().minus(new DurationConverter().convert(text));
            } catch (TypeConversionException noDuration) {
                throw new TypeConversionException("'" + value
                        + "' is no moment: write how long ago (30s, 15m, 2h, 1d, at most 3650d) or a time with its zone, as in"
                        + " 2026-03-01T12:00:00Z");
            }
        }
    }
}
