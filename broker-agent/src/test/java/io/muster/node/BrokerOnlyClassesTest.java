package io.muster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.metadata.storage.StorageDirectory;
import io.muster.node.config.NodeConfigReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that is only a broker loads no class of Ratis: shown by a JVM of its own that lists what it loads. */
@Timeout(60)
class BrokerOnlyClassesTest {
    @TempDir
    Path dir;

    /** Runs in the other JVM: a broker that looks for its controller for a moment and ends. */
    static final class Broker {
        private Broker() {}

        public static void main(String[] args) throws InterruptedException {
            var config = NodeConfigReader.read(Path.of(args[0]));
            try (MusterNode node = MusterNode.start(config, new LedPartitions(), exit -> {})) {
                boolean unfenced = node.awaitUnfenced(Duration.ofMillis(300));
                System.out.println("unfenced=" + unfenced);
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void aBrokerLoadsNoRatis() throws Exception {
        int[] ports = FreePorts.find(2);
        StorageDirectory.format(dir.resolve("data"), LocalCluster.CLUSTER_ID, 7, false);
        Path config = Files.writeString(
                dir.resolve("broker.properties"),
                "node.id=7\nprocess.roles=broker\nlog.dir=" + dir.resolve("data") + "\nlistener=127.0.0.1:" + ports[0]
                        + "\ncontroller.quorum.bootstrap.servers=127.0.0.1:" + ports[1]
                        + "\nshutdown.timeout.ms=100\n");
        Process broker = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-verbose:class",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Broker.class.getName(),
                        config.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(broker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(broker.waitFor())
                .as(said.lines().filter(l -> !l.startsWith("[")).toList().toString())
                .isZero();
        assertThat(said).contains("unfenced=false", "io.muster.node.MusterNode");
        assertThat(said.lines().filter(line -> line.contains("org.apache.ratis")))
                .isEmpty();
    }
}
