package io.muster.node.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a list of checks said, in the shape of etcd's health endpoints.
 *
 * @param healthy true if every check that was asked holds
 * @param text one line per check, and a last line with the sum
 */
record HealthReport(boolean healthy, String text) {
    /**
     * Asks the checks.
     *
     * @param endpoint name of the whole, for the last line
     * @param excluded names of checks not to ask
     * @param verbose list the checks although all hold
     */
    static HealthReport of(String endpoint, List<HealthCheck> checks, Set<String> excluded, boolean verbose) {
        List<String> lines = new ArrayList<>();
        boolean healthy = true;
        for (HealthCheck check : checks) {
            if (excluded.contains(check.name())) {
                lines.add("[+]" + check.name() + " excluded: ok");
                continue;
            }
            var problem = check.ask();
            healthy &= problem.isEmpty();
            lines.add(
                    problem.map(why -> "[-]" + check.name() + " failed: " + why).orElse("[+]" + check.name() + " ok"));
        }
        if (!healthy) {
            lines.add(endpoint + " check failed");
        } else if (verbose) {
            lines.add(endpoint + " check passed");
        } else {
            lines = List.of("ok");
        }
        return new HealthReport(healthy, String.join("\n", lines) + "\n");
    }
}
