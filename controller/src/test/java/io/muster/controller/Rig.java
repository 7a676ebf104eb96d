package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.RegisterBroker;
import io.muster.controller.decide.UnfenceBroker;
import io.muster.controller.liveness.DeathProbe;
import io.muster.controller.liveness.ProbeResult;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerRecord;
import io.muster.metadata.image.Broker;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.memory.InMemoryMetadataLog;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.Register;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionUp;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** One voter in memory with the whole controller on fake time; the test decides when the loop, liveness and the log move. */
public final class Rig implements AutoCloseable {
    public static final String CLUSTER = "c0ffee";
    private static final long MS = 1_000_000;

    public final InMemoryQuorum quorum;
    public final InMemoryMetadataLog log;
    public final ControllerUnit unit;
    /** Broker id to what a probe of it finds. */
    public final Map<Integer, ProbeResult> probes = new HashMap<>();

    public long nowNs = 1_000 * MS;
    /** True while the decision loop is stuck. */
    public boolean loopStalled;

    /** Also hears the log. */
    public @Nullable LogListener extra;

    private final ConcurrentLinkedQueue<Runnable> loopTasks = new ConcurrentLinkedQueue<>();

    public Rig() {
        this(ControllerSettings.DEFAULTS, ControllerEvents.NONE);
    }

    public Rig(ControllerSettings settings, ControllerEvents events) {
        quorum = InMemoryQuorum.single();
        log = quorum.open(1);
        Surroundings around = new Surroundings(
                () -> nowNs, () -> 1_700_000_000_000L + nowNs / MS, loopTasks::add, () -> {}, () -> {});
        DeathProbe probe = (host, port, incarnation) ->
                CompletableFuture.completedStage(probes.getOrDefault(port - 9000, ProbeResult.noProof("it answers")));
        unit = new ControllerUnit(settings, CLUSTER, log, probe, around, events, (reason, cause) -> {
            throw new AssertionError(reason, cause);
        });
        log.start(both());
    }

    private LogListener both() {
        return (LogListener) Proxy.newProxyInstance(
                Rig.class.getClassLoader(), new Class<?>[] {LogListener.class}, (proxy, method, args) -> {
                    LogListener other = extra;
                    if (other != null) {
                        method.invoke(other, args);
                    }
                    return method.invoke(unit, args);
                });
    }

    /** Leads, and bootstraps. */
    public Rig lead() {
        quorum.lead(1);
        settle();
        return this;
    }

    /** Runs the loop once, without letting the log commit. */
    public void loop() {
        if (!loopStalled) {
            runTasks();
            unit.poll();
            runTasks();
        }
    }

    private void runTasks() {
        Runnable task;
        while ((task = loopTasks.poll()) != null) {
            task.run();
        }
    }

    /** Runs everything until nothing moves, at one moment. */
    public void settle() {
        int before;
        do {
            before = quorum.committed().size();
            loop();
            unit.tick();
            quorum.settle();
            loop();
            unit.tick();
        } while (quorum.committed().size() != before || (!loopTasks.isEmpty() && !loopStalled));
    }

    /** Lets time pass in steps of 10 ms, with everything running. */
    public void pass(long ms) {
        pass(ms, () -> {});
    }

    /** As {@link #pass(long)}, doing something at each step. */
    public void pass(long ms, Runnable each) {
        long untilNs = nowNs + ms * MS;
        while (nowNs < untilNs) {
            nowNs += 10 * MS;
            each.run();
            settle();
        }
    }

    public <R> CompletableFuture<R> submit(Command<R> command) {
        CompletionStage<R> answer = unit.submit(command);
        return answer.toCompletableFuture();
    }

    /** Submits, settles, and returns the reply. */
    public <R> R ask(Command<R> command) {
        CompletableFuture<R> answer = submit(command);
        settle();
        return answer.join();
    }

    public static @Nullable ErrorCode codeOf(CompletableFuture<?> answer) {
        try {
            answer.getNow(null);
            return null;
        } catch (CompletionException e) {
            return e.getCause() instanceof MusterException m ? m.code() : ErrorCode.INTERNAL;
        }
    }

    public static BrokerRecord broker(int id, String incarnation) {
        return BrokerRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnation(incarnation)
                .setDirectoryId("dir-" + id)
                .setHost("host" + id)
                .setPort(9000 + id)
                .setCapacity(100)
                .setMinFormatLevel(LogCodec.FORMAT_LEVEL)
                .setMaxFormatLevel(LogCodec.FORMAT_LEVEL)
                .build();
    }

    /** Registers and unfences a broker without a session. */
    public long join(int id) {
        long epoch = ask(new RegisterBroker(broker(id, "i" + id), false));
        ask(new UnfenceBroker(id, epoch, "test"));
        return epoch;
    }

    public Broker brokerState(int id) {
        return log.image().broker(id).orElseThrow();
    }

    /** A broker's end of a session. */
    public final class Client implements SessionPeer {
        public final int id;
        public final List<SessionDown> heard = new ArrayList<>();
        public final BrokerSession session;
        public boolean ended;
        public long epoch = -1;
        public long sequence;
        /** Fake agent: always caught up. */
        public long applied = -1;

        public Client(int id) {
            this.id = id;
            this.session = unit.newSession(this);
        }

        public Client register() {
            session.onMessage(
                    SessionUp.newBuilder()
                            .setRegister(
                                    Register.newBuilder().setClusterId(CLUSTER).setBroker(broker(id, "i" + id)))
                            .build(),
                    nowNs);
            settle();
            return this;
        }

        public void beat() {
            beat(Heartbeat.newBuilder().setWantsUnfenced(true));
        }

        public void beat(Heartbeat.Builder heartbeat) {
            long offset = applied >= 0 ? applied : log.image().nextOffset();
            session.onMessage(
                    SessionUp.newBuilder()
                            .setHeartbeat(heartbeat
                                    .setSequence(++sequence)
                                    .setBrokerEpoch(epoch)
                                    .setAppliedOffset(offset))
                            .build(),
                    nowNs);
        }

        @Override
        public void send(SessionDown message) {
            heard.add(message);
            if (message.hasRegistered()) {
                epoch = message.getRegistered().getBrokerEpoch();
            }
        }

        @Override
        public void end() {
            ended = true;
        }

        public SessionDown last() {
            return heard.get(heard.size() - 1);
        }

        public long renewals() {
            return heard.stream()
                    .filter(m -> m.hasRenewal() && m.getRenewal().getLeaseMs() > 0)
                    .count();
        }
    }

    /** A broker with an open session, unfenced, at least one lease granted. */
    public Client client(int id) {
        Client client = new Client(id).register();
        client.beat();
        settle();
        client.beat();
        pass(300);
        return client;
    }

    @Override
    public void close() {
        log.close();
    }
}
