package io.muster.cli.demo;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Finds ports of the loopback address that nobody listens on. They are below the range from which systems take ports for
 * outgoing connections, so that a node that is down for a moment finds its port free again. Not thread-safe.
 */
final class FreePorts {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int MAX_TRIES = 2_000;

    private final RandomGenerator random;
    private final Set<Integer> given = new HashSet<>();

    FreePorts(RandomGenerator random) {
        this.random = random;
    }

    int next() {
        for (int i = 0; i < MAX_TRIES; i++) {
            int port = random.nextInt(LOWEST, HIGHEST);
            if (isFree(port) && given.add(port)) {
                return port;
            }
        }
        throw new MusterException(
                ErrorCode.FAILED_PRECONDITION,
                "No free port was found on the loopback address between " + LOWEST + " and " + HIGHEST
                        + ": stop something that listens there, then try again.");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
