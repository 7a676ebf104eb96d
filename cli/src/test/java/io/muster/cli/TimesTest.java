package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class TimesTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({"-5, 0s", "0, 0s", "59, 59s", "200, 3m20s", "18720, 5h12m", "792000, 9d4h"})
    void agesAreShort(long seconds, String age) {
        assertThat(Times.age(1_000, 1_000 + seconds * 1000)).isEqualTo(age);
    }

    @Test
    void timesAreInUtcToTheMillisecond() {
        assertThat(Times.toTheMs(NOON.toEpochMilli() + 7)).isEqualTo("2026-03-01T12:00:00.007Z");
        assertThat(Times.toTheSecond(NOON.toEpochMilli())).isEqualTo("2026-03-01T12:00:00Z");
    }

    @ParameterizedTest
    @CsvSource({
        "30s, 2026-03-01T11:59:30Z",
        "2h, 2026-03-01T10:00:00Z",
        "1d, 2026-02-28T12:00:00Z",
        "2026-03-01T01:00:00+02:00, 2026-02-28T23:00:00Z"
    })
    void sinceIsAgoOrATime(String text, Instant moment) {
        SinceConverter since = new SinceConverter(Clock.fixed(NOON, ZoneOffset.UTC));
        assertThat(since.convert(text)).isEqualTo(moment);
    }

    @ParameterizedTest
    @CsvSource({"yesterday", "2026-03-01", "12:00", "''", "2026-13-01T00:00:00Z", "999999999d"})
    void whatIsNoMomentIsSaid(String text) {
        assertThatThrownBy(() -> new SinceConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("write how long ago");
    }

    @ParameterizedTest
    @CsvSource({"+999999999-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "-999999999-01-01T00:00:00Z"})
    void aYearThatNoClockShowsIsRefused(String text) {
        assertThatThrownBy(() -> new SinceConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("a year from 1 to 9999");
    }
}
