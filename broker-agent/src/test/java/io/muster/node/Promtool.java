package io.muster.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prometheus' own judge of metrics, where it is installed. */
public final class Promtool {
    private static final Path PROGRAM = Path.of("/usr/bin/promtool");

    private Promtool() {}

    /** What it has to say against these metrics; empty when it has nothing, or is not installed. */
    public static String complaints(String metrics) throws IOException, InterruptedException {
        if (!Files.exists(PROGRAM)) {
            return "";
        }
        Path scrape = Files.createTempFile("scrape", ".txt");
        try {
            Files.writeString(scrape, metrics);
            Process promtool = new ProcessBuilder(PROGRAM.toString(), "check", "metrics")
                    .redirectInput(scrape.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return promtool.waitFor() == 0 ? "" : said;
        } finally {
            Files.delete(scrape);
        }
    }
}
