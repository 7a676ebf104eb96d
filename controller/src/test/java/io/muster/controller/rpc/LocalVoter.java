package io.muster.controller.rpc;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.muster.controller.Rig;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A {@link Rig} that is served over gRPC inside the process; one thread drives it, and time stands still unless moved. */
final class LocalVoter implements AutoCloseable {
    final Rig rig = new Rig();
    final FeedRing ring;
    final FeedService feed;
    final ManagedChannel channel;
    private final Server server;
    private final ExecutorService driver = Executors.newSingleThreadExecutor();
    private volatile boolean closed;

    LocalVoter(long ringBytes) throws IOException {
        ring = new FeedRing(rig.log, ringBytes);
        feed = new FeedService(ring, Rig.CLUSTER);
        rig.extra = ring;
        String name = UUID.randomUUID().toString();
        server = InProcessServerBuilder.forName(name)
                .addService(new SessionService(rig.unit, () -> rig.nowNs))
                .addService(new AdminService(rig.unit, () -> rig.nowNs))
                .addService(feed)
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
        driver.execute(this::drive);
    }

    private void drive() {
        if (!closed) {
            rig.settle();
            Thread.onSpinWait();
            try {
                driver.execute(this::drive);
            } catch (RejectedExecutionException ended) {
                closed = true; // closed between the look and the call
            }
        }
    }

    /** Runs something on the thread that drives the rig. */
    <T> T on(Callable<T> task) {
        try {
            return driver.submit(task).get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs something on this thread while the rig has settled and stands still: its log in memory is not thread-safe. */
    <T> T still(Callable<T> task) {
        CountDownLatch settled = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        driver.execute(() -> {
            rig.settle();
            settled.countDown();
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            settled.await();
            return task.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            done.countDown();
        }
    }

    @Override
    public void close() {
        closed = true;
        driver.shutdown();
        channel.shutdownNow();
        server.shutdownNow();
        feed.close();
    }
}
