package io.muster.testkit.witness;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that every owner beats to: a TCP server that judges beats and remembers who served what when. Thread-safe.
 *
 * <p>Overlaps are judged by the owners' own stamps, so all nodes must run on one host (they share its monotonic clock). Times
 * in answers are {@link System#nanoTime} of this process.
 */
public final class WitnessSink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WitnessSink.class);

    private final ServerSocket server;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private final WitnessLedger ledger = new WitnessLedger();
    private final BeatObserver observer;

    private WitnessSink(ServerSocket server, BeatObserver observer) {
        this.server = server;
        this.observer = observer;
    }

    /** Listens on a free port of the loopback address. */
    public static WitnessSink start() throws IOException {
        return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** Listens on {@code address}; port 0 is any free one. */
    public static WitnessSink start(InetSocketAddress address) throws IOException {
        return start(address, (node, beat, accepted, arrivalNanos) -> {});
    }

    /**
     * As {@link #start(InetSocketAddress)}, for who wants to judge by himself.
     *
     * @param observer hears of every beat, one at a time
     */
    public static WitnessSink start(InetSocketAddress address, BeatObserver observer) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        try {
            server.bind(address);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        WitnessSink sink = new WitnessSink(server, observer);
        thread("witness-sink", sink::accept);
        return sink;
    }

    private static void thread(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** "host:port", as `--witness-sink` takes it. */
    public String address() {
        return server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.add(socket);
                thread("witness-sink-" + socket.getPort(), () -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.warn("witness sink {}: accept failed: {}", address(), e.toString());
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
            int node = WitnessProtocol.readHello(in);
            while (!server.isClosed()) {
                WitnessProtocol.writeAnswer(out, judge(node, WitnessProtocol.readFrame(in)));
            }
        } catch (IOException e) {
            // an owner that dies takes its connection along; its silence shows in the ledger
            LOG.debug("witness connection from {} ended: {}", socket.getRemoteSocketAddress(), e.toString());
        } finally {
            connections.remove(socket);
        }
    }

    private int judge(int node, WitnessProtocol.Frame frame) {
        synchronized (lock) {
            long now = System.nanoTime();
            int refused = 0;
            for (Beat beat : frame.beats()) {
                boolean accepted = ledger.beat(node, beat, now);
                observer.judged(node, beat, accepted, now);
                if (!accepted) {
                    refused++;
                }
            }
            ledger.guardRefused(node, frame.guardRefusals());
            lock.notifyAll();
            return refused;
        }
    }

    /** Counts since the start. */
    public WitnessTotals totals() {
        synchronized (lock) {
            return ledger.totals();
        }
    }

    /** Attempts of one node that were refused since the start, by its own guards or for a lower epoch. */
    public long refusals(int node) {
        synchronized (lock) {
            return ledger.refusals(node);
        }
    }

    /** The newest owner of every partition that was ever served. */
    public List<Service> services() {
        synchronized (lock) {
            return ledger.services();
        }
    }

    /** The newest owner of one partition. */
    public Optional<Service> service(WitnessedPartition partition) {
        synchronized (lock) {
            return Optional.ofNullable(ledger.service(partition));
        }
    }

    /** Changes of owner whose new owner's first beat arrived at or after {@code sinceNanos}, oldest first. */
    public List<ServiceGap> gapsSince(long sinceNanos) {
        synchronized (lock) {
            return ledger.gapsSince(sinceNanos);
        }
    }

    /** Proofs of two owners at once, oldest first. */
    public List<Overlap> overlaps() {
        synchronized (lock) {
            return ledger.overlaps();
        }
    }

    /** Waits until {@code partitions} partitions had a beat at or after {@code sinceNanos}; false when time ran out. */
    public boolean awaitAllServed(int partitions, long sinceNanos, Duration limit) throws InterruptedException {
        return await(
                services -> services.stream()
                                .filter(s -> s.lastNanos() - sinceNanos >= 0)
                                .count()
                        >= partitions,
                limit);
    }

    /** Waits until {@code condition} holds for what {@link #services} says; false when time ran out. */
    public boolean await(Predicate<List<Service>> condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (lock) {
            while (!condition.test(ledger.services())) {
                long leftMs = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0) {
                    return false;
                }
                lock.wait(Math.min(leftMs, 100));
            }
            return true;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : connections) {
                socket.close();
            }
        } catch (IOException e) {
            LOG.debug("closing the witness sink: {}", e.toString());
        }
    }
}
