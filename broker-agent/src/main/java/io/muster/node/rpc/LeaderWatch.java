package io.muster.node.rpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices on a following voter that the leader's process is gone, without waiting out an election timeout: it keeps a
 * connection to the leader's gRPC listener, and when that breaks and the leader's host refuses another one, nobody listens
 * there any more. A broken connection alone is no proof, and neither is silence. Has one thread.
 */
public final class LeaderWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderWatch.class);
    private static final long LOOK_MS = 100;
    private static final int PROBE_TIMEOUT_MS = 300;

    private final int selfId;
    private final IntSupplier leaderId;
    private final IntFunction<Optional<Address>> addressOf;
    private final IntConsumer gone;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "muster-leader-watch");
    private volatile boolean closed;

    /** What is watched now. */
    private @Nullable Watched watched;

    /**
     * Where a gRPC listener is.
     *
     * @param host its host
     * @param port its port
     */
    public record Address(String host, int port) {}

    private static final class Watched {
        final int id;
        final Address address;
        final ManagedChannel channel;
        boolean connected;
        boolean reported;

        Watched(int id, Address address) {
            this.id = id;
            this.address = address;
            this.channel = NettyChannelBuilder.forAddress(new InetSocketAddress(address.host(), address.port()))
                    .usePlaintext()
                    .build();
        }
    }

    /**
     * @param selfId this voter
     * @param leaderId the leader as this voter knows it; -1 for none
     * @param addressOf the gRPC listener of a voter, if it is known
     * @param gone told that the process of this leader is gone; may be told again
     */
    public LeaderWatch(int selfId, IntSupplier leaderId, IntFunction<Optional<Address>> addressOf, IntConsumer gone) {
        this.selfId = selfId;
        this.leaderId = leaderId;
        this.addressOf = addressOf;
        this.gone = gone;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                look();
                if (news.tryAcquire(LOOK_MS, TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.warn("The leader could not be watched this once: {}", e.toString());
            }
        }
        unwatch();
    }

    private void look() {
        int leader = leaderId.getAsInt();
        Watched now = watched;
        if (now != null && now.id != leader) {
            unwatch();
            now = null;
        }
        if (leader < 0 || leader == selfId) {
            return;
        }
        if (now == null) {
            now = addressOf
                    .apply(leader)
                    .map(address -> new Watched(leader, address))
                    .orElse(null);
            watched = now;
        }
        if (now != null) {
            look(now);
        }
    }

    private void look(Watched leader) {
        ConnectivityState state = leader.channel.getState(true);
        if (state == ConnectivityState.READY) {
            leader.connected = true;
            leader.channel.notifyWhenStateChanged(state, news::release);
        } else if (leader.connected && isRefused(leader.address)) {
            if (!leader.reported) {
                leader.reported = true;
                LOG.info(
                        "The process of leader {} is gone: {}:{} refuses connections",
                        leader.id,
                        leader.address.host(),
                        leader.address.port());
            }
            gone.accept(leader.id);
        }
    }

    private static boolean isRefused(Address address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), PROBE_TIMEOUT_MS);
            return false;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private void unwatch() {
        Watched old = watched;
        watched = null;
        if (old != null) {
            old.channel.shutdownNow();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
