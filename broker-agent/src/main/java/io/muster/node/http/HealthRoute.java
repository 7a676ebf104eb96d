package io.muster.node.http;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Answers {@code /readyz}, {@code /readyz/<check>}, {@code ?verbose} and {@code ?exclude=<check>}; likewise for livez.
 *
 * @param name "livez" or "readyz"
 * @param checks asked in this order
 */
record HealthRoute(String name, List<HealthCheck> checks) {
    HealthRoute {
        checks = List.copyOf(checks);
    }

    /** The answer, or empty if {@code uri} is not of this route. */
    Optional<HttpReply> answer(URI uri) {
        String path = uri.getPath();
        if (path.equals("/" + name)) {
            return Optional.of(answerAll(uri.getRawQuery() == null ? "" : uri.getRawQuery()));
        }
        String prefix = "/" + name + "/";
        return path.startsWith(prefix) ? Optional.of(answerOne(path.substring(prefix.length()))) : Optional.empty();
    }

    private HttpReply answerAll(String query) {
        Set<String> excluded = new HashSet<>();
        boolean verbose = false;
        for (String parameter : query.split("&", -1)) {
            if (parameter.equals("verbose") || parameter.startsWith("verbose=")) {
                verbose = true;
            } else if (parameter.startsWith("exclude=")) {
                String names = decoded(parameter.substring("exclude=".length()));
                excluded.addAll(List.of(names.split(",", -1)));
            }
        }
        return reply(HealthReport.of(name, checks, excluded, verbose));
    }

    private HttpReply answerOne(String check) {
        return checks.stream()
                .filter(c -> c.name().equals(check))
                .findFirst()
                .map(c -> reply(HealthReport.of(name + "/" + check, List.of(c), Set.of(), false)))
                .orElseGet(() -> new HttpReply(404, "no such check; there are: " + names() + "\n"));
    }

    private String names() {
        return String.join(", ", checks.stream().map(HealthCheck::name).toList());
    }

    private static HttpReply reply(HealthReport report) {
        return new HttpReply(report.healthy() ? 200 : 503, report.text());
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
