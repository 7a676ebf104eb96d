package io.muster.it;

import io.muster.it.history.Change;
import io.muster.it.history.Outcome;
import io.muster.it.history.Read;
import io.muster.log.v1.OwnershipMode;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.ListBrokersReply;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.ListResourcesReply;
import io.muster.rpc.v1.ListResourcesRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** An administrator who asks for one thing after the other, from a seed, until told to stop. */
final class AdminLoad implements Runnable {
    /** Of this resource partitions are moved; it is never deleted. */
    static final String WORK = "work";

    static final int WORK_PARTITIONS = 40;
    private static final int NAMES = 4;
    /** So many changes that were acknowledged, one is asked for again under the same request id. */
    private static final int ASKED_AGAIN_ONE_IN = 10;

    /** So that a fast machine does not write more than a checker wants to read. */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final int id;
    private final int brokers;
    private final String idPrefix;
    private final Random random;
    private final AdminClient client;
    private final HistoryRecorder recorder;
    private final List<String> defects;
    private volatile boolean stopped;
    private int sequence;
    private int held = -1;

    /** @param defects hears of what a controller calls a defect of its own; thread-safe */
    AdminLoad(
            int id, long seed, List<NodeProcess> voters, int brokers, HistoryRecorder recorder, List<String> defects) {
        this.id = id;
        this.brokers = brokers;
        this.idPrefix = "s" + seed + "-c" + id + "-";
        this.random = new Random(seed * 31 + id);
        this.client = new AdminClient(voters, random);
        this.recorder = recorder;
        this.defects = defects;
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try (client) {
            while (!stopped) {
                long due = System.nanoTime() + PACE_NANOS;
                act(random.nextInt(100));
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    private void act(int dice) {
        if (dice < 25) {
            create(name(), ChangeOptions.newBuilder());
        } else if (dice < 42) {
            delete(name());
        } else if (dice < 60) {
            move();
        } else if (dice < 62) {
            fence();
        } else if (dice < 66) {
            create(idPrefix + "dry", ChangeOptions.newBuilder().setDryRun(true));
        } else if (dice < 69) {
            create(idPrefix + "never", ChangeOptions.newBuilder().setExpectedOffset(1));
        } else if (dice < 80) {
            readResources();
        } else if (dice < 90) {
            readBrokers();
        } else {
            readWork();
        }
    }

    /** Half of the names are this administrator's own, the others all fight for. */
    private String name() {
        return (random.nextBoolean() ? "own-" + id : "shared") + "-" + random.nextInt(NAMES);
    }

    // ---- changes

    private <R> void change(
            String what,
            ChangeOptions.Builder options,
            ToLongFunction<R> offset,
            Function<ChangeOptions, Function<AdminServiceBlockingStub, R>> call) {
        String requestId = idPrefix + sequence++;
        ChangeOptions with = options.setRequestId(requestId).setActor("nemesis").build();
        long invoked = System.nanoTime();
        Change done = ask(what, requestId, invoked, offset, call.apply(with));
        if (done.isDone() && random.nextInt(ASKED_AGAIN_ONE_IN) == 0) {
            // The answer must be the first one again: anything else shows as a change that was said not to be done, or
            // twice.
            // That nobody who leads could be asked says nothing about the first.
            askAgain(what + ", asked again", requestId, invoked, offset, call.apply(with));
        }
    }

    private <R> Change ask(
            String what,
            String requestId,
            long invoked,
            ToLongFunction<R> offset,
            Function<AdminServiceBlockingStub, R> call) {
        return recorded(what, requestId, invoked, offset, client.call(call));
    }

    private <R> void askAgain(
            String what,
            String requestId,
            long invoked,
            ToLongFunction<R> offset,
            Function<AdminServiceBlockingStub, R> call) {
        AdminClient.Answer<R> answer = client.call(call);
        if (answer.reached()) {
            recorded(what, requestId, invoked, offset, answer);
        }
    }

    private <R> Change recorded(
            String what, String requestId, long invoked, ToLongFunction<R> offset, AdminClient.Answer<R> answer) {
        if (!answer.defect().isEmpty()) {
            defects.add(what + ": " + answer.defect());
        }
        R reply = answer.reply();
        long at = reply == null ? -1 : offset.applyAsLong(reply);
        Change change = new Change(requestId, what, invoked, System.nanoTime(), answer.outcome(), at);
        recorder.add(change, answer.reached());
        return change;
    }

    private void create(String name, ChangeOptions.Builder options) {
        CreateResourceRequest.Builder request = CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(1 + random.nextInt(4))
                .setReplicas(1 + random.nextInt(3))
                .setOwnership(random.nextInt(5) == 0 ? OwnershipMode.TOKEN_FENCED : OwnershipMode.LEASED);
        change(
                "create " + name,
                options,
                reply -> reply.getOffset(),
                with -> stub -> stub.createResource(request.setOptions(with).build()));
    }

    private void delete(String name) {
        change(
                "delete " + name,
                ChangeOptions.newBuilder(),
                reply -> reply.getOffset(),
                with -> stub -> stub.deleteResource(DeleteResourceRequest.newBuilder()
                        .setName(name)
                        .setOptions(with)
                        .build()));
    }

    private void move() {
        int partition = random.nextInt(WORK_PARTITIONS);
        int to = 1 + random.nextInt(brokers);
        change(
                "move " + WORK + "/" + partition + " to " + to,
                ChangeOptions.newBuilder(),
                reply -> reply.getOffset(),
                with -> stub -> stub.movePartition(MovePartitionRequest.newBuilder()
                        .setResource(WORK)
                        .setPartition(partition)
                        .setTo(to)
                        .setOptions(with)
                        .build()));
    }

    /** Holds one broker at most; only the first administrator does so. */
    private void fence() {
        if (id != 0) {
            move();
            return;
        }
        boolean fence = held < 0;
        int broker = fence ? 1 + random.nextInt(brokers) : held;
        held = fence ? broker : -1;
        setFence(broker, fence);
    }

    private void setFence(int broker, boolean fenced) {
        change(
                (fenced ? "fence " : "unfence ") + broker,
                ChangeOptions.newBuilder(),
                reply -> reply.getOffset(),
                with -> stub -> stub.setBrokerFence(SetBrokerFenceRequest.newBuilder()
                        .setId(broker)
                        .setFenced(fenced)
                        .setReason("nemesis")
                        .setOptions(with)
                        .build()));
    }

    // ---- reads

    private <R> void read(
            String what,
            Function<Boolean, Function<AdminServiceBlockingStub, R>> call,
            ToLongFunction<R> offset,
            Function<R, String> said,
            Function<MetadataImage, String> expected) {
        boolean strict = random.nextBoolean();
        long invoked = System.nanoTime();
        AdminClient.Answer<R> answer = client.call(call.apply(strict));
        R reply = answer.reply();
        if (answer.outcome() == Outcome.OK && reply != null) {
            recorder.add(new Read(what, invoked, strict, offset.applyAsLong(reply), said.apply(reply), expected));
        }
    }

    private void readResources() {
        read(
                "list resources",
                strict -> stub -> stub.listResources(
                        ListResourcesRequest.newBuilder().setStrict(strict).build()),
                ListResourcesReply::getOffset,
                reply -> reply.getResourcesList().stream()
                        .map(r ->
                                r.getName() + "#" + r.getResourceId() + " " + r.getPartitions() + "x" + r.getReplicas())
                        .toList()
                        .toString(),
                AdminLoad::resources);
    }

    private static String resources(MetadataImage image) {
        List<String> all = new ArrayList<>();
        for (Resource r : image.resources()) {
            all.add(r.name() + "#" + r.id() + " " + r.partitions() + "x" + r.replicationFactor());
        }
        return all.toString();
    }

    private void readBrokers() {
        read(
                "list brokers",
                strict -> stub -> stub.listBrokers(
                        ListBrokersRequest.newBuilder().setStrict(strict).build()),
                ListBrokersReply::getOffset,
                reply -> reply.getBrokersList().stream()
                        .map(b ->
                                b.getId() + "@" + b.getBrokerEpoch() + " " + b.getState() + " leads " + b.getLeaders())
                        .toList()
                        .toString(),
                AdminLoad::brokers);
    }

    private static String brokers(MetadataImage image) {
        List<String> all = new ArrayList<>();
        image.brokers()
                .forEach(b -> all.add(b.id() + "@" + b.epoch() + " " + b.state() + " leads "
                        + image.work(b.id()).leaders()));
        return all.toString();
    }

    private void readWork() {
        read(
                "list partitions of " + WORK,
                strict -> stub -> stub.listPartitions(ListPartitionsRequest.newBuilder()
                                .setResource(WORK)
                                .setStrict(strict)
                                .build())
                        .next(),
                ListPartitionsReply::getOffset,
                reply -> reply.getPartitionsList().stream()
                        .map(p ->
                                p.getPartition() + ":" + p.getLeader() + "@" + p.getLeaderEpoch() + p.getReplicasList())
                        .toList()
                        .toString(),
                AdminLoad::work);
    }

    private static String work(MetadataImage image) {
        List<String> all = new ArrayList<>();
        image.resource(WORK).ifPresent(resource -> {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = image.partitionAt(resource.slotOf(p));
                all.add(p + ":" + state.leader() + "@" + state.leaderEpoch()
                        + java.util.Arrays.toString(state.replicas()));
            }
        });
        return all.toString();
    }
}
