package io.muster;

import io.muster.agent.Workload;
import io.muster.node.ExitHandler;
import io.muster.node.MusterNode;
import io.muster.node.NodeExit;
import io.muster.node.config.NodeConfigReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * This process as a member of a cluster. Give Muster your work and a config file; it tells you which partitions to lead,
 * takes them back when you should no longer, and gives a dead member's partitions to those who live.
 *
 * <pre>{@code
 * final class Counter implements Workload {
 *     private final Map<Partition, Future<?>> running = new ConcurrentHashMap<>();
 *     private final ExecutorService threads = Executors.newCachedThreadPool();
 *
 *     @Override
 *     public void lead(Ownership ownership) {                     // yours from now on
 *         running.put(ownership.partition(), threads.submit(() -> count(ownership)));
 *     }
 *
 *     @Override
 *     public void release(Ownership ownership, Duration timeLeft) { // no longer yours: stop
 *         running.remove(ownership.partition()).cancel(true);
 *     }
 *
 *     private Void count(Ownership ownership) throws Exception {
 *         while (true) {                                          // guard throws NotOwnerException when the lease is over
 *             ownership.guard(() -> store.increment(ownership.partition().number(), ownership.epoch()));
 *             Thread.sleep(100);
 *         }
 *     }
 * }
 *
 * try (Muster muster = Muster.join(Path.of("node.properties"), new Counter())) {
 *     muster.awaitUnfenced(Duration.ofSeconds(30));
 *     muster.leaderOf("orders", 3).ifPresent(leader -> System.out.println("orders/3 is led by " + leader.nodeId()));
 *     muster.awaitExit();
 * }
 * }</pre>
 *
 * <p>Before the first start, format the node's directory once: {@code muster storage format -c node.properties}. Create work
 * with {@code muster resources create orders --partitions 12 --replicas 2}.
 *
 * <p>If this member cannot go on (its disk fails, its log is damaged, another process has its node id), Muster says why and
 * ends the process: work must not be left with a process that cannot be trusted. {@link Builder#onFailure} changes that.
 *
 * <p>Thread-safe.
 */
public final class Muster implements AutoCloseable {
    private final MusterNode node;

    private Muster(MusterNode node) {
        this.node = node;
    }

    /**
     * Joins the cluster that the config file describes. Returns when this node's ports are open; it then finds the controller
     * by itself, for as long as that takes. {@code workload} is called from threads of Muster, soon.
     *
     * @param configFile see docs/configuration.md; the environment and system properties are stronger
     * @throws io.muster.error.MusterException with a sentence for the operator if the config is wrong (all problems are told at
     *     once), the directory is not formatted, belongs to another node or is in use, or a port is taken
     */
    public static Muster join(Path configFile, Workload workload) {
        return builder(configFile).join(workload);
    }

    /** Joins with more said than the config file says. */
    public static Builder builder(Path configFile) {
        return new Builder(configFile);
    }

    /** What may be said before joining. Not thread-safe. */
    public static final class Builder {
        private final Path configFile;
        private final Map<String, String> overrides = new HashMap<>();
        private ExitHandler onFailure = exit -> {
            System.err.println("muster: " + exit.reason());
            ExitHandler.haltProcess().exit(exit);
        };

        private Builder(Path configFile) {
            this.configFile = configFile;
        }

        /** Sets a key of the config, stronger than file, environment and system properties. */
        public Builder set(String key, String value) {
            overrides.put(key, value);
            return this;
        }

        /**
         * Called instead of ending the process when this member cannot go on. When the handler returns, every ownership is
         * ended and the member closed.
         */
        public Builder onFailure(ExitHandler handler) {
            onFailure = handler;
            return this;
        }

        /** Joins; see {@link Muster#join}. */
        public Muster join(Workload workload) {
            return new Muster(MusterNode.start(NodeConfigReader.read(configFile, overrides), workload, onFailure));
        }
    }

    /** This member's {@code node.id}. */
    public int nodeId() {
        return node.config().nodeId();
    }

    /**
     * Waits until this member is unfenced: it may be given partitions.
     *
     * @return false if the time was up first, or this member was closed
     */
    public boolean awaitUnfenced(Duration timeout) throws InterruptedException {
        return node.awaitUnfenced(timeout);
    }

    /** Who leads what, as this member knows now. Cheap; does not ask anybody. */
    public Routes routes() {
        return new Routes(node.image());
    }

    /** The leader of a partition as this member knows now; empty if it has none, or does not exist. */
    public Optional<Leader> leaderOf(String resource, int partition) {
        return routes().leaderOf(resource, partition);
    }

    /** Waits until this member has ended, by {@link #close} or by a failure that {@link Builder#onFailure} was told. */
    public NodeExit awaitExit() throws InterruptedException {
        return node.awaitExit();
    }

    /**
     * Leaves in order: partitions are handed to others while {@link Workload#release} finishes what is under way, then the
     * connections are closed. Blocks, at most for {@code shutdown.timeout.ms} and a moment. Idempotent.
     */
    @Override
    public void close() {
        node.close();
    }
}
