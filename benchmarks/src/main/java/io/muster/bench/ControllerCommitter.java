package io.muster.bench;

import io.muster.controller.Controller;
import io.muster.controller.ControllerEvents;
import io.muster.controller.ControllerSettings;
import io.muster.controller.ControllerUnit;
import io.muster.controller.decide.Command;
import io.muster.controller.liveness.DeathProbe;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.MetadataLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/** A quorum of three with the controller on top: what a caller of Muster waits for, without the network to it. */
final class ControllerCommitter implements Committer {
    private static final long START_TIMEOUT_MS = 30_000;
    private static final long POLL_NS = 1_000_000;
    /** Brokers of a measurement send no heartbeats and must not be fenced for it. */
    private static final long NEVER_MS = 24L * 3_600_000;

    private final Voters voters;
    private final List<Controller> controllers = new ArrayList<>();
    private final Controller active;
    private final MetadataLog log;

    ControllerCommitter(Path directory) {
        voters = new Voters(directory);
        for (MetadataLog each : voters.logs()) {
            Controller controller = new Controller(
                    settings(), voters.clusterId(), each, DeathProbe.NONE, ControllerEvents.NONE, (reason, cause) -> {
                        throw new IllegalStateException(reason, cause);
                    });
            controller.start();
            controllers.add(controller);
        }
        voters.start((i, each) -> controllers.get(i));
        int leader = awaitActive();
        active = controllers.get(leader);
        log = voters.logs().get(leader);
    }

    private static ControllerSettings settings() {
        ControllerSettings d = ControllerSettings.DEFAULTS;
        return new ControllerSettings(
                d.heartbeatIntervalMs(),
                d.rpcTimeoutMs(),
                d.leaseMs(),
                NEVER_MS,
                d.driftMarginMs(),
                NEVER_MS,
                NEVER_MS,
                d.movesInFlightMax(),
                d.releaseTimeoutMs(),
                false,
                d.lossLimits(),
                d.flapping(),
                d.parking(),
                d.maxQueue(),
                d.entriesInFlightMax(),
                d.batchesPerEntryMax(),
                d.bytesPerEntryMax());
    }

    private int awaitActive() {
        long endNs = System.nanoTime() + START_TIMEOUT_MS * 1_000_000;
        while (System.nanoTime() - endNs < 0) {
            for (int i = 0; i < controllers.size(); i++) {
                if (controllers.get(i).isActive()
                        && voters.logs().get(i).image().nextOffset() > 0) {
                    return i;
                }
            }
            LockSupport.parkNanos(POLL_NS);
        }
        throw new IllegalStateException("no controller within " + START_TIMEOUT_MS + " ms");
    }

    /** Writes the brokers and the partitions that {@link #commit} changes. */
    ControllerCommitter withSmallCluster() {
        long epoch = image().nextOffset();
        for (List<Record> facts : List.of(
                List.of(SampleCluster.registration(1), SampleCluster.registration(2)),
                List.of(SmallCluster.unfenced(1, epoch), SmallCluster.unfenced(2, epoch)),
                List.of(SmallCluster.resource()))) {
            run(new WriteFacts(image -> facts));
        }
        return this;
    }

    @Override
    public String name() {
        return "Controller";
    }

    @Override
    public CompletionStage<?> commit(int caller) {
        return active.submit(new FlipLeader(caller));
    }

    /** Runs a command and waits until it is committed and applied here. */
    <R> R run(Command<R> command) {
        return active.submit(command).toCompletableFuture().join();
    }

    ControllerUnit unit() {
        return active.unit();
    }

    String clusterId() {
        return voters.clusterId();
    }

    /** The committed image of the voter that leads. */
    MetadataImage image() {
        return log.image();
    }

    @Override
    public void close() {
        controllers.forEach(Controller::close);
        voters.close();
    }
}
