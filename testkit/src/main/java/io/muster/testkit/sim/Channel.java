package io.muster.testkit.sim;

/**
 * One connection. Messages of one direction arrive in order. What is sent into a cut link is lost and so is the connection:
 * each side finds out on its own, after a while. A side that has closed, or whose process is dead, hears nothing more.
 */
final class Channel {
    private final SimNetwork network;
    private final SimProcess client;
    private final SimProcess server;
    private final Runnable clientBroken;
    private final Runnable serverBroken;
    private long upFreeAtNs;
    private long downFreeAtNs;
    private boolean clientOver;
    private boolean serverOver;
    private boolean lost;

    Channel(SimNetwork network, SimProcess client, SimProcess server, Runnable clientBroken, Runnable serverBroken) {
        this.network = network;
        this.client = client;
        this.server = server;
        this.clientBroken = clientBroken;
        this.serverBroken = serverBroken;
    }

    boolean isOver() {
        return clientOver && serverOver;
    }

    /** The client sends; {@code atServer} happens when it arrives. */
    void up(Runnable atServer) {
        if (clientOver || blocked(client.node(), server.node())) {
            return;
        }
        long delay = network.delayNs(client.node(), server.node());
        upFreeAtNs = Math.max(upFreeAtNs, network.queue.nowNs() + delay);
        network.queue.after(
                upFreeAtNs - network.queue.nowNs(),
                () -> server.run(() -> {
                    if (!serverOver) {
                        atServer.run();
                    }
                }));
    }

    /** As {@link #up}, for a message that now and then arrives twice. */
    void upAtLeastOnce(Runnable atServer) {
        up(atServer);
        if (network.duplicates()) {
            up(atServer);
        }
    }

    /** The server sends; {@code atClient} happens when it arrives. */
    void down(Runnable atClient) {
        if (serverOver || blocked(server.node(), client.node())) {
            return;
        }
        long delay = network.delayNs(server.node(), client.node());
        downFreeAtNs = Math.max(downFreeAtNs, network.queue.nowNs() + delay);
        network.queue.after(
                downFreeAtNs - network.queue.nowNs(),
                () -> client.run(() -> {
                    if (!clientOver) {
                        atClient.run();
                    }
                }));
    }

    /** As {@link #down}, for a message that now and then arrives twice. */
    void downAtLeastOnce(Runnable atClient) {
        down(atClient);
        if (network.duplicates()) {
            down(atClient);
        }
    }

    private boolean blocked(int from, int to) {
        if (lost) {
            return true;
        }
        if (network.reaches(from, to)) {
            return false;
        }
        lost = true;
        clientFindsOut(network.noticeNs());
        serverFindsOut(network.noticeNs());
        return true;
    }

    /** The client closes: what it sent before still arrives, then the server sees the end. */
    void closeByClient() {
        if (!clientOver) {
            up(this::serverEnds);
            clientOver = true;
        }
    }

    /** The server closes: what it sent before still arrives, then the client sees the end. */
    void closeByServer() {
        if (!serverOver) {
            down(this::clientEnds);
            serverOver = true;
        }
    }

    /** Both sides lose the connection within milliseconds. */
    void reset() {
        lost = true;
        clientFindsOut(network.delayNs(server.node(), client.node()));
        serverFindsOut(network.delayNs(client.node(), server.node()));
    }

    void endpointDied(SimProcess process) {
        if (process == client && !serverOver) {
            clientOver = true;
            lost = true;
            serverFindsOut(
                    network.reaches(client.node(), server.node())
                            ? network.delayNs(client.node(), server.node())
                            : network.noticeNs());
        }
        if (process == server && !clientOver) {
            serverOver = true;
            lost = true;
            clientFindsOut(
                    network.reaches(server.node(), client.node())
                            ? network.delayNs(server.node(), client.node())
                            : network.noticeNs());
        }
    }

    private void clientFindsOut(long delayNs) {
        network.queue.after(delayNs, () -> client.run(this::clientEnds));
    }

    private void serverFindsOut(long delayNs) {
        network.queue.after(delayNs, () -> server.run(this::serverEnds));
    }

    private void clientEnds() {
        if (!clientOver) {
            clientOver = true;
            clientBroken.run();
        }
    }

    private void serverEnds() {
        if (!serverOver) {
            serverOver = true;
            serverBroken.run();
        }
    }
}
