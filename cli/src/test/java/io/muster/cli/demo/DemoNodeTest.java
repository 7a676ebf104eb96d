package io.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.cli.cluster.HostPort;
import io.muster.error.MusterException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoNodeTest {
    /** Ctrl-C kills the nodes while a rolling restart waits for one to end, so that it may be started anew. */
    @Test
    void whatWasKilledForGoodIsNotStartedAgain(@TempDir Path dir) {
        DemoNode node = new DemoNode(
                7, new HostPort("127.0.0.1", 1), dir.resolve("config"), dir.resolve("log"), List.of("sleep", "60"));
        node.start();
        node.killForGood();
        assertThat(node.awaitEnded(TimeUnit.SECONDS.toNanos(10))).isTrue();

        assertThatThrownBy(node::start).isInstanceOf(MusterException.class).hasMessageContaining("Node 7");
    }
}
