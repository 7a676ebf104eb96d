package io.muster.testkit.sim;

import io.muster.agent.AgentSettings;
import io.muster.agent.Ownership;
import io.muster.agent.UnfinishedLead;
import io.muster.agent.Workload;
import io.muster.agent.core.AgentCore;
import io.muster.agent.core.AgentListener;
import io.muster.agent.core.AgentOutputs;
import io.muster.agent.core.AgentState;
import io.muster.agent.core.Callback;
import io.muster.agent.core.CallbackKind;
import io.muster.agent.core.OwnershipHandle;
import io.muster.agent.core.ReleaseOutcome;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.SessionUp;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The broker part of one process: a real agent core, a simulated application, and the shell between them. */
final class SimBroker implements AgentOutputs, AgentListener {
    private static final long MS = 1_000_000;
    private static final long WORK_EVERY_NS = 3000 * MS;
    /** Partitions that are written to when a broker works. */
    private static final int WRITES_AT_ONCE = 6;

    private final SimCluster cluster;
    private final SimProcess process;
    private final NodeClock clock;
    private final SplittableRandom random;
    private final AgentCore core;
    private final SimFeed feed;
    private @Nullable Channel channel;
    private long openStream = -1;
    private final Alarm tick;
    /** The application, if it is a real one; else its time and its failures are made up. */
    private final @Nullable Workload workload;

    /** What the last process died of perhaps, until the controller knows it. */
    private List<UnfinishedLead> untold;

    private boolean hanging;
    private boolean leaving;

    SimBroker(
            SimCluster cluster, SimProcess process, NodeClock clock, AgentSettings settings, SplittableRandom random) {
        this.cluster = cluster;
        this.process = process;
        this.clock = clock;
        this.random = random;
        this.untold = settings.diedLeading();
        this.core = new AgentCore(
                settings,
                cluster.bugs().guardClock(clock::nowNs, () -> cluster.wallMs(process.node())),
                random.split(),
                this,
                this);
        SimApplication application = cluster.application();
        this.workload = application == null
                ? null
                : application.start(
                        new SimHost(process.node(), new VirtualScheduler(cluster, process, clock), clock::nowNs));
        this.tick = new Alarm(process, cluster.queue(), () -> input(() -> {}));
        this.feed = new SimFeed(cluster, process, random.split(), this);
    }

    int id() {
        return process.node();
    }

    AgentCore core() {
        return core;
    }

    void start() {
        input(() -> core.start(clock.nowNs()));
        feed.open("start");
        work();
    }

    /** Something happens in the agent; then it does what is due. */
    private void input(Runnable action) {
        process.run(() -> {
            action.run();
            if (core.brokerEpoch() >= 0 && !untold.isEmpty()) {
                cluster.node(id()).leadsUnderWay.removeAll(untold);
                untold = List.of();
            }
            core.tick(clock.nowNs());
            scheduleTick();
            cluster.stepped();
        });
    }

    private void scheduleTick() {
        if (core.state().isFinal()) {
            cluster.left(this);
            return;
        }
        tick.in(Math.max(clock.delayUntil(core.nextTickNs()), 1000));
    }

    void stop() {
        leaving = true;
        input(() -> core.stop(clock.nowNs()));
    }

    /** It was asked to stop: it will be gone, sooner or later. */
    boolean isLeaving() {
        return leaving;
    }

    void health(String reason) {
        input(() -> core.health(reason, clock.nowNs()));
    }

    /** From now on calls into the application take very long, or not any more. */
    void hang(boolean on) {
        hanging = on;
    }

    // ---- the session

    @Override
    public void connect(long stream, String endpoint) {
        int target = cluster.nodeOf(endpoint);
        SimNetwork network = cluster.network();
        if (!network.connected(id(), target)) {
            process.after(500 * MS, () -> input(() -> core.disconnected(stream, "no route", clock.nowNs())));
            return;
        }
        SimVoter voter = cluster.voter(target);
        if (voter == null) {
            process.after(
                    network.delayNs(id(), target),
                    () -> input(() -> core.disconnected(stream, "connection refused", clock.nowNs())));
            return;
        }
        openStream = stream;
        SimSession[] session = new SimSession[1];
        Channel opened = network.open(
                process,
                voter.process(),
                () -> input(() -> core.disconnected(stream, "connection lost", clock.nowNs())),
                () -> {
                    if (session[0] != null) {
                        session[0].broken();
                    }
                });
        channel = opened;
        opened.up(() -> {
            session[0] = new SimSession(
                    cluster, voter, opened, message -> input(() -> core.received(stream, message, clock.nowNs())));
            opened.down(() -> input(() -> core.connected(stream, clock.nowNs())));
        });
        sessionOfStream = session;
    }

    private SimSession @Nullable [] sessionOfStream;

    @Override
    public void disconnect(long stream) {
        if (stream == openStream && channel != null) {
            channel.closeByClient();
            channel = null;
        }
    }

    @Override
    public void send(long stream, SessionUp message) {
        SimSession @Nullable [] session = sessionOfStream;
        if (stream == openStream && channel != null && session != null) {
            channel.upAtLeastOnce(() -> {
                if (session[0] != null) {
                    session[0].received(message);
                }
            });
        }
    }

    // ---- the application

    @Override
    public void run(Callback callback) {
        long takesNs =
                switch (callback.kind()) {
                    case PREPARE -> random.nextLong(300 * MS);
                    case LEAD -> random.nextLong(20 * MS);
                    case RELEASE -> random.nextInt(10) == 0 ? random.nextLong(1500 * MS) : random.nextLong(50 * MS);
                    case DROP -> random.nextLong(10 * MS);
                };
        if (hanging) {
            cluster.count(FaultKind.CALLBACK_HANGS);
            takesNs += random.nextLong(8000 * MS);
        }
        if (workload != null) {
            call(workload, callback, takesNs);
            return;
        }
        Ownership led = callback.kind() == CallbackKind.LEAD ? callback.ownership() : null;
        UnfinishedLead mark = led == null
                ? null
                : new UnfinishedLead(
                        callback.partition().resourceId(), callback.partition().number(), led.epoch());
        Poison poison = led == null ? Poison.NONE : cluster.poisonOf(callback.partition());
        if (mark != null) {
            cluster.node(id()).leadsUnderWay.add(mark);
        }
        boolean fails = cluster.isFaulty() && random.nextInt(200) == 0 && callback.kind() != CallbackKind.DROP;
        if (fails) {
            cluster.count(FaultKind.CALLBACK_THROWS);
        }
        Throwable failure = fails || poison == Poison.THROWS ? new IllegalStateException("planted") : null;
        process.after(takesNs, () -> {
            if (poison == Poison.KILLS) {
                cluster.kill(id());
                return;
            }
            if (mark != null) {
                cluster.node(id()).leadsUnderWay.remove(mark);
            }
            input(() -> core.callbackReturned(callback.id(), failure, clock.nowNs()));
        });
    }

    /** The call is made after a moment, and takes some time before and after what it does. */
    private void call(Workload real, Callback callback, long takesNs) {
        process.after(takesNs / 2, () -> {
            Throwable failure = AppRunner.call(real, callback);
            process.after(takesNs / 2, () -> input(() -> core.callbackReturned(callback.id(), failure, clock.nowNs())));
        });
    }

    @Override
    public void drained(OwnershipHandle ownership) {
        process.after(0, () -> input(() -> core.drained(ownership, clock.nowNs())));
    }

    @Override
    public void granted(Ownership ownership) {
        cluster.trace(() -> "broker " + id() + " owns " + ownership.partition() + "@" + ownership.epoch());
        cluster.invariants().granted(id(), ownership);
        write(ownership);
    }

    /** As owners work, every now and then, for some of what this broker owns. */
    private void work() {
        if (workload != null) {
            health(workload.unhealthyReason());
            process.after(WORK_EVERY_NS / 2 + random.nextLong(WORK_EVERY_NS), this::work);
            return;
        }
        List<Ownership> owned = core.ownerships();
        int first = owned.isEmpty() ? 0 : random.nextInt(owned.size());
        for (int i = 0; i < Math.min(owned.size(), WRITES_AT_ONCE); i++) {
            write(owned.get((first + i) % owned.size()));
        }
        process.after(WORK_EVERY_NS / 2 + random.nextLong(WORK_EVERY_NS), this::work);
    }

    /** Sends something to storage if it still may; there it arrives a moment later, whatever happens here meanwhile. */
    private void write(Ownership ownership) {
        if (workload == null && ownership.isValid()) {
            long token = cluster.bugs().token(ownership);
            long delayNs = cluster.network().delayNs(id(), SimStore.NODE);
            cluster.queue().after(delayNs, () -> cluster.store().write(id(), ownership.partition(), token));
        }
    }

    @Override
    public void released(Ownership ownership, ReleaseOutcome outcome, long sinceClosedNs) {
        cluster.trace(() -> "broker " + id() + " gave up " + ownership.partition() + "@" + ownership.epoch());
        cluster.invariants().released(id(), ownership);
    }

    @Override
    public void stateChanged(AgentState from, AgentState to, String because) {
        cluster.trace(() -> "broker " + id() + " " + from + " -> " + to + ": " + because);
    }

    // ---- the feed

    @Override
    public void reopenFeed(String because) {
        feed.reopen(because);
    }

    void imageReplaced(MetadataImage image) {
        input(() -> core.imageReplaced(image, clock.nowNs()));
    }

    void applied(Applied applied) {
        input(() -> core.applied(applied, clock.nowNs()));
    }
}
