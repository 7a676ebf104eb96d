package io.muster.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as operators read them. Stateless. */
public final class Times {
    private static final DateTimeFormatter TO_THE_MS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TO_THE_S =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Times() {}

    /** "2026-03-01T12:00:00.250Z". */
    public static String toTheMs(long epochMs) {
        return TO_THE_MS.format(Instant.ofEpochMilli(epochMs));
    }

    /** "2026-03-01T12:00:00Z". */
    public static String toTheSecond(long epochMs) {
        return TO_THE_S.format(Instant.ofEpochMilli(epochMs));
    }

    /** How long ago by this machine's clock: "12s", "3m20s", "5h12m", "9d4h". A moment in the future is "0s". */
    public static String age(long epochMs, long nowMs) {
        long s = Math.max(0, nowMs - epochMs) / 1000;
        if (s < 60) {
            return s + "s";
        }
        if (s < 3600) {
            return s / 60 + "m" + s % 60 + "s";
        }
        return s < 86_400 ? s / 3600 + "h" + s % 3600 / 60 + "m" : s / 86_400 + "d" + s % 86_400 / 3600 + "h";
    }

    /** A short time: "0.25s". */
    public static String seconds(long ms) {
        return String.format(Locale.ROOT, ms < 10_000 ? "%.2fs" : "%.0fs", ms / 1000.0);
    }

    /** A length in words: "10 s", "250 ms". */
    public static String words(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
