package io.muster.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads "10s", "500ms", "2m", "1h", "1d" or plain seconds. */
public final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|)");
    /** Far beyond what anybody waits for, and far below what overflows in nanoseconds. */
    private static final Duration MAX = Duration.ofDays(3650);

    @Override
    public Duration convert(String value) {
        Matcher m = FORM.matcher(value.strip());
        if (!m.matches()) {
            throw new TypeConversionException("'" + value + "' is no duration: write 10s, 500ms, 2m or plain seconds");
        }
        long amount = Long.parseLong(m.group(1));
        if (amount == 0) {
            throw new TypeConversionException(
                    "'" + value + "' is no time at all: write 10s, 500ms, 2m or plain seconds");
        }
        Duration duration =
                switch (m.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    case "d" -> Duration.ofDays(amount);
                    default -> Duration.ofSeconds(amount);
                };
        if (duration.compareTo(MAX) > 0) {
            throw new TypeConversionException("'" + value
                    + "' is too long: write 10s, 500ms, 2m or plain seconds, at most " + MAX.toDays() + "d");
        }
        return duration;
    }
}
