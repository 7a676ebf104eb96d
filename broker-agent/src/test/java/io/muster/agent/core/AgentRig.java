package io.muster.agent.core;

import io.muster.agent.AgentSettings;
import io.muster.agent.Ownership;
import io.muster.agent.script.LogScript;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Applied;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.RefusalCode;
import io.muster.rpc.v1.Registered;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionRefused;
import io.muster.rpc.v1.SessionUp;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An agent core (broker 1) with a clock, a controller and an application that the test plays by hand. */
final class AgentRig implements AgentOutputs, AgentListener {
    static final int ME = 1;
    static final long MS = 1_000_000L;

    long nowNs = 1_000 * MS;
    final LogScript log = new LogScript();
    final List<String> connects = new ArrayList<>();
    final List<Long> closed = new ArrayList<>();
    final List<SessionUp> sent = new ArrayList<>();
    final List<Callback> calls = new ArrayList<>();
    final List<OwnershipHandle> drained = new ArrayList<>();
    final List<String> reopened = new ArrayList<>();
    final List<String> states = new ArrayList<>();
    final List<ReleaseOutcome> outcomes = new ArrayList<>();
    int lapsed;
    int overlaps;
    long stream;
    long sentAtNs;

    final AgentSettings settings = AgentSettings.builder(LogScript.CLUSTER, ME, "inc-1", "dir-1")
            .advertised("host1", 7001)
            .bootstrapServers(List.of("a:1", "b:1", "c:1"))
            .build();
    final AgentCore core = new AgentCore(settings, () -> nowNs, new SplittableRandom(7), this, this);

    // ---- outputs

    @Override
    public void connect(long newStream, String endpoint) {
        stream = newStream;
        connects.add(endpoint);
    }

    @Override
    public void disconnect(long stream) {
        closed.add(stream);
    }

    @Override
    public void send(long stream, SessionUp message) {
        sent.add(message);
        sentAtNs = nowNs;
    }

    @Override
    public void run(Callback callback) {
        calls.add(callback);
    }

    @Override
    public void reopenFeed(String because) {
        reopened.add(because);
    }

    @Override
    public void drained(OwnershipHandle ownership) {
        drained.add(ownership);
    }

    @Override
    public void stateChanged(AgentState from, AgentState to, String because) {
        states.add(from + "->" + to);
    }

    @Override
    public void released(Ownership ownership, ReleaseOutcome outcome, long sinceClosedNs) {
        outcomes.add(outcome);
    }

    @Override
    public void leaseLapsed(int owned) {
        lapsed += owned;
    }

    @Override
    public void overlapped(Ownership ownership, int otherBroker, long otherEpoch) {
        overlaps++;
    }

    // ---- time

    void tick() {
        core.tick(nowNs);
    }

    /** Lets time pass, ticking whenever the core wants it. */
    void pass(long ms) {
        long end = nowNs + ms * MS;
        while (core.nextTickNs() < end) {
            nowNs = Math.max(nowNs, core.nextTickNs());
            tick();
        }
        nowNs = end;
        tick();
    }

    /** Lets time pass as a stopped process sees it: nothing runs. */
    void freeze(long ms) {
        nowNs += ms * MS;
    }

    // ---- the controller

    void down(SessionDown message) {
        core.received(stream, message, nowNs);
        tick();
    }

    void refuse(RefusalCode code, String message, String controller) {
        down(SessionDown.newBuilder()
                .setRefused(SessionRefused.newBuilder()
                        .setCode(code)
                        .setMessage(message)
                        .setController(controller))
                .build());
    }

    void registered(long epoch) {
        down(SessionDown.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setBrokerEpoch(epoch)
                        .setControllerEpoch(1)
                        .setHeartbeatIntervalMs(500)
                        .setLeaseMs(2000))
                .build());
    }

    LeaseRenewal.Builder renewal(long sequence) {
        return LeaseRenewal.newBuilder()
                .setSequence(sequence)
                .setLeaseMs(2000)
                .setState(BrokerState.UNFENCED)
                .setCommittedOffset(log.image().nextOffset());
    }

    void renew(LeaseRenewal.Builder renewal) {
        down(SessionDown.newBuilder().setRenewal(renewal).build());
    }

    /** Confirms the newest heartbeat. */
    void renew() {
        renew(renewal(heartbeat().getSequence()));
    }

    /** The newest heartbeat. */
    Heartbeat heartbeat() {
        for (int i = sent.size() - 1; i >= 0; i--) {
            if (sent.get(i).hasHeartbeat()) {
                return sent.get(i).getHeartbeat();
            }
        }
        throw new AssertionError("no heartbeat was sent");
    }

    List<Heartbeat> heartbeats() {
        return sent.stream()
                .filter(SessionUp::hasHeartbeat)
                .map(SessionUp::getHeartbeat)
                .toList();
    }

    void connect() {
        tick();
        core.connected(stream, nowNs);
        tick();
    }

    void apply(Applied applied) {
        core.applied(applied, nowNs);
        tick();
    }

    void feedAll() {
        core.imageReplaced(log.image(), nowNs);
        tick();
    }

    /** The session may have been given up meanwhile: finds the controller again, and has the first heartbeat confirmed. */
    void renewAfterReconnect() {
        if (core.controller().isEmpty()) {
            pass(300);
            core.connected(stream, nowNs);
            registered(core.brokerEpoch());
        }
        pass(10);
        renew();
    }

    /** Up to an unfenced broker with a lease and no work. */
    AgentRig active() {
        core.start(nowNs);
        connect();
        log.register(ME, "inc-1");
        feedAll();
        registered(log.epoch(ME));
        apply(log.setState(ME, BrokerState.UNFENCED));
        pass(10);
        renew();
        return this;
    }

    /** Up to a broker that leads every partition of "orders", alone or with broker 2 standing by. */
    AgentRig leading(int partitions, int... replicas) {
        active();
        for (int replica : replicas) {
            if (replica != ME) {
                apply(log.register(replica, "other"));
                apply(log.setState(replica, BrokerState.UNFENCED));
            }
        }
        apply(log.create("orders", StateKind.STATE_NONE, partitions, ME, replicas));
        returnAll();
        returnAll();
        return this;
    }

    // ---- the application

    Callback call() {
        return calls.get(calls.size() - 1);
    }

    /** Returns every call that is under way at this moment. */
    void returnAll() {
        List<Callback> now = List.copyOf(calls);
        calls.clear();
        now.forEach(call -> core.callbackReturned(call.id(), null, nowNs));
        tick();
    }

    void returns(Callback call, @Nullable Throwable failure) {
        calls.remove(call);
        core.callbackReturned(call.id(), failure, nowNs);
        tick();
    }

    List<CallbackKind> callKinds() {
        return calls.stream().map(Callback::kind).toList();
    }

    Ownership owned() {
        return core.ownerships().get(0);
    }
}
