package io.muster.testkit.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The links between nodes: delay, slow moments, and cuts that may hit one direction only. Connections are {@link Channel}s:
 * in order within one, in any order across them. Not thread-safe.
 */
final class SimNetwork {
    private static final long MS = 1_000_000;

    final EventQueue queue;
    private final SplittableRandom random;
    /** For each node, a bit for every node that its messages do not reach. */
    private final long[] cuts = new long[Long.SIZE];

    private final List<Channel> channels = new ArrayList<>();
    /** Chance in 1000 that a message is slow. */
    private int slowPerMille = 5;

    private long slowMaxNs = 200 * MS;
    /** Chance in 1000 that a message arrives twice. */
    private int duplicatePerMille;

    SimNetwork(EventQueue queue, SplittableRandom random) {
        this.queue = queue;
        this.random = random;
    }

    boolean reaches(int from, int to) {
        return (cuts[from] & 1L << to) == 0;
    }

    boolean connected(int a, int b) {
        return reaches(a, b) && reaches(b, a);
    }

    void cut(int from, int to) {
        if (from != to) {
            cuts[from] |= 1L << to;
        }
    }

    void heal(int from, int to) {
        cuts[from] &= ~(1L << to);
    }

    void healAll() {
        Arrays.fill(cuts, 0);
        slow(5, 200);
        duplicatePerMille = 0;
    }

    /** Makes messages slow: this many in 1000, up to this long. */
    void slow(int perMille, long maxMs) {
        slowPerMille = perMille;
        slowMaxNs = maxMs * MS;
    }

    /** Makes some messages arrive twice, as what is sent again below a session does. */
    void duplicate(int perMille) {
        duplicatePerMille = perMille;
    }

    boolean duplicates() {
        return duplicatePerMille > 0 && random.nextInt(1000) < duplicatePerMille;
    }

    long delayNs(int from, int to) {
        if (from == to) {
            return 10_000 + random.nextLong(50_000);
        }
        long base = 100_000 + random.nextLong(2 * MS);
        return random.nextInt(1000) < slowPerMille ? base + random.nextLong(slowMaxNs) : base;
    }

    /** How long a side takes to find out that its peer is unreachable. */
    long noticeNs() {
        return 300 * MS + random.nextLong(6000 * MS);
    }

    Channel open(SimProcess client, SimProcess server, Runnable clientBroken, Runnable serverBroken) {
        Channel channel = new Channel(this, client, server, clientBroken, serverBroken);
        channels.removeIf(Channel::isOver);
        channels.add(channel);
        return channel;
    }

    /** Resets one open connection at random; false if there is none. */
    boolean breakOne() {
        channels.removeIf(Channel::isOver);
        if (channels.isEmpty()) {
            return false;
        }
        channels.get(random.nextInt(channels.size())).reset();
        return true;
    }

    /** The kernel of a dead process resets its connections. */
    void died(SimProcess process) {
        for (Channel channel : List.copyOf(channels)) {
            channel.endpointDied(process);
        }
    }
}
