package io.muster;

import io.muster.agent.Workload;
import java.nio.file.Path;
import java.time.Duration;

/** Skeleton. */
public final class Muster implements AutoCloseable {
    public static Muster join(Path configFile, Workload workload) {
        throw new UnsupportedOperationException();
    }

    public int nodeId() {
        throw new UnsupportedOperationException();
    }

    public boolean awaitUnfenced(Duration timeout) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
