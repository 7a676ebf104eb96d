package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.controller.liveness.DeathProbe;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller of one voter, with its two threads: the decision loop and liveness. Give it to
 * {@link MetadataLog#start} as the listener (alone or among others). Thread-safe.
 */
public final class Controller implements LogListener, Submitter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final long RESIGN_TIMEOUT_MS = 3000;

    private final MetadataLog log;
    private final LoopThread loop;
    private final LoopThread livenessLoop;
    private final ControllerUnit unit;

    /**
     * @param clusterId the cluster of this voter's storage
     * @param probe asks hosts of silent brokers
     * @param onFailure hears that the log cannot go on; the process must end
     */
    public Controller(
            ControllerSettings settings,
            String clusterId,
            MetadataLog log,
            DeathProbe probe,
            ControllerEvents events,
            BiConsumer<String, Throwable> onFailure) {
        this.log = log;
        this.loop = new LoopThread("muster-controller");
        this.livenessLoop = new LoopThread("muster-liveness");
        Surroundings around =
                new Surroundings(System::nanoTime, System::currentTimeMillis, loop, loop::wake, livenessLoop::wake);
        this.unit = new ControllerUnit(settings, clusterId, log, probe, around, events, onFailure);
    }

    /** Starts the threads; before {@link MetadataLog#start}. */
    public void start() {
        loop.start(unit::poll, unit::nextPollNs);
        livenessLoop.start(unit::tick, unit::nextTickNs);
    }

    public ControllerUnit unit() {
        return unit;
    }

    @Override
    public <R> CompletionStage<R> submit(Command<R> command) {
        return unit.submit(command);
    }

    /** True while this voter is the controller. */
    public boolean isActive() {
        return unit.isActive();
    }

    /** How long the decision loop or liveness has stood still, milliseconds; well under a second when all is well. */
    public long stillMs() {
        return TimeUnit.NANOSECONDS.toMillis(Math.max(loop.sinceRoundNs(), livenessLoop.sinceRoundNs()));
    }

    /** Hands leadership to another voter if there is one, then stops deciding. The log stays open. Idempotent. */
    @Override
    public void close() {
        if (unit.isActive()) {
            try {
                log.resign().toCompletableFuture().get(RESIGN_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.info("Leadership was not handed over before the controller closed: {}", e.toString());
            }
        }
        unit.onNotLeading("it is closing");
        loop.close();
        livenessLoop.close();
    }

    @Override
    public void onApplied(Applied applied, long term) {
        unit.onApplied(applied, term);
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        unit.onBarrier(term, barrierId);
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        unit.onImageReplaced(image);
    }

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        unit.onLeading(epoch, image);
    }

    @Override
    public void onNotLeading(String why) {
        unit.onNotLeading(why);
    }

    @Override
    public void onLeaderKnown(Leadership leadership) {
        unit.onLeaderKnown(leadership);
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        unit.onFailure(reason, cause);
    }
}
