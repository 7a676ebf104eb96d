package io.muster.node.http;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One thing that must hold for a node to be alive or ready.
 *
 * @param name lower case, fit for a URL
 * @param problem asks whether it holds: empty if so, otherwise why not; called from any thread, must not block
 */
public record HealthCheck(String name, Supplier<Optional<String>> problem) {
    /** The reason why it does not hold; a check that throws does not hold. */
    public Optional<String> ask() {
        try {
            return problem.get();
        } catch (RuntimeException e) {
            return Optional.of("the check itself failed: " + e);
        }
    }
}
