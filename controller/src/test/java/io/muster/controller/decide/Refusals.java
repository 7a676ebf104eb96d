package io.muster.controller.decide;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;

/** What a refusal must be: the right code, a sentence with the facts, and nothing changed (invariant 11). */
final class Refusals {
    private Refusals() {}

    static void assertRefused(Decider decider, Command<?> command, ErrorCode code, String... facts) {
        long before = decider.image().nextOffset();
        assertThatThrownBy(() -> decider.run(command))
                .isInstanceOf(MusterException.class)
                .hasMessageContainingAll(facts)
                .hasMessageEndingWith(".")
                .extracting(e -> ((MusterException) e).code())
                .isEqualTo(code);
        org.assertj.core.api.Assertions.assertThat(decider.image().nextOffset()).isEqualTo(before);
    }
}
