package io.muster.testkit.witness;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's connection to the sink: sends a frame and waits for its answer; connects again after a failure, with a pause. Beats
 * that cannot be sent are lost, which the sink rightly sees as silence. Used by one thread at a time; {@link #close} by any.
 */
final class WitnessConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WitnessConnection.class);
    private static final int CONNECT_TIMEOUT_MS = 500;
    private static final int ANSWER_TIMEOUT_MS = 2_000;
    private static final long RETRY_PAUSE_NANOS = 200_000_000;

    private record Open(Socket socket, DataInputStream in, DataOutputStream out) {}

    private final int node;
    private final InetSocketAddress address;
    private volatile @Nullable Open open;
    private volatile boolean closed;
    private boolean failing;
    private long retryAtNanos = System.nanoTime();

    WitnessConnection(int node, InetSocketAddress address) {
        this.node = node;
        this.address = address;
    }

    /** Sends the beats; returns how many the sink refused. */
    int send(long guardRefusals, List<Beat> beats) {
        if (closed || System.nanoTime() - retryAtNanos < 0) {
            return 0;
        }
        try {
            Open o = connected();
            int refused = 0;
            int from = 0;
            do {
                int to = Math.min(beats.size(), from + WitnessProtocol.MAX_BEATS);
                WitnessProtocol.writeFrame(
                        o.out(), new WitnessProtocol.Frame(from == 0 ? guardRefusals : 0, beats.subList(from, to)));
                refused += WitnessProtocol.readAnswer(o.in());
                from = to;
            } while (from < beats.size());
            return refused;
        } catch (IOException e) {
            if (!failing && !closed) {
                LOG.warn(
                        "witness sink {} cannot be reached: {}; beats are lost until it is back",
                        address,
                        e.toString());
            }
            failing = true;
            retryAtNanos = System.nanoTime() + RETRY_PAUSE_NANOS;
            disconnect();
            return 0;
        }
    }

    private Open connected() throws IOException {
        Open current = open;
        if (current != null) {
            return current;
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, CONNECT_TIMEOUT_MS);
            socket.setSoTimeout(ANSWER_TIMEOUT_MS);
            Open made = new Open(
                    socket,
                    new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                    new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16)));
            WitnessProtocol.writeHello(made.out(), node);
            open = made;
            failing = false;
            return made;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void disconnect() {
        Open current = open;
        open = null;
        if (current != null) {
            try {
                current.socket().close();
            } catch (IOException e) {
                LOG.debug("closing the connection to the witness sink: {}", e.toString());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }
}
