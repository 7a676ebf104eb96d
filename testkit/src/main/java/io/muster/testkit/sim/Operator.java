package io.muster.testkit.sim;

import com.google.protobuf.Message;
import io.muster.controller.decide.AdminChange;
import io.muster.controller.decide.Command;
import io.muster.controller.decide.CreateResource;
import io.muster.controller.decide.Decision;
import io.muster.controller.decide.DeleteResource;
import io.muster.controller.decide.MoveLeader;
import io.muster.controller.decide.SetFence;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import io.muster.testkit.invariant.InvariantBroken;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.ToLongFunction;

/** People: create, delete, move, fence, repeat what they got no answer to, and make mistakes. Not thread-safe. */
final class Operator {
    private static final long MS = 1_000_000;
    private static final int MAX_RESOURCES = 6;

    private final SimCluster cluster;
    private final SplittableRandom random;
    private final boolean mayCreate;
    private boolean active;
    private long requests;
    private long answered;
    /** Whoever was ever fenced by hand: a fence whose answer was lost may be asked for again in the next round. */
    private final TreeSet<Integer> fencedByHand = new TreeSet<>();

    Operator(SimCluster cluster, SplittableRandom random) {
        this(cluster, random, true);
    }

    /** @param mayCreate whether resources are created and deleted, or only moved */
    Operator(SimCluster cluster, SplittableRandom random, boolean mayCreate) {
        this.mayCreate = mayCreate;
        this.cluster = cluster;
        this.random = random;
    }

    void start() {
        if (!active) {
            active = true;
            next();
        }
    }

    /** Stops asking, and takes back what would keep the cluster from converging. */
    void stop() {
        active = false;
        // Twice: a fence whose outcome is not known may commit a moment later.
        for (int id : fencedByHand) {
            unfence(id);
            cluster.queue().after(5000 * MS, () -> unfence(id));
        }
    }

    long answered() {
        return answered;
    }

    private void next() {
        cluster.queue().after(random.nextLong(2 * cluster.plan().requestEveryMs() * MS), () -> {
            if (active) {
                act();
                next();
            }
        });
    }

    private ChangeOptions.Builder options() {
        return ChangeOptions.newBuilder()
                .setRequestId("r" + ++requests)
                .setActor("operator")
                .setDryRun(random.nextInt(20) == 0);
    }

    private void act() {
        MetadataImage image = cluster.invariants().image();
        switch (mayCreate ? random.nextInt(8) : 3 + random.nextInt(5)) {
            case 0, 1 -> create(image);
            case 2 -> delete(image);
            case 3, 4, 5 -> move(image);
            case 6 -> fence();
            default -> mistake();
        }
    }

    void create(MetadataImage image) {
        if (image.resourceCount() < MAX_RESOURCES) {
            create("res-" + random.nextInt(12), 1 + random.nextInt(24), 1 + random.nextInt(3), random.nextInt(20) == 0);
        }
    }

    void create(SimSetup.Work work) {
        create(work.name(), work.partitions(), work.replicas(), work.state(), work.ownership(), false);
    }

    void create(String name, int partitions, int replicas, boolean dryRun) {
        StateKind state = random.nextInt(3) == 0 ? StateKind.STATE_DURABLE : StateKind.STATE_NONE;
        OwnershipMode ownership = random.nextInt(5) == 0 ? OwnershipMode.TOKEN_FENCED : OwnershipMode.LEASED;
        create(name, partitions, replicas, state, ownership, dryRun);
    }

    private void create(
            String name, int partitions, int replicas, StateKind state, OwnershipMode ownership, boolean dryRun) {
        CreateResourceRequest request = CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(replicas)
                .setStateKind(state)
                .setOwnership(ownership)
                .setOptions(options().setDryRun(dryRun))
                .build();
        ask(
                new CreateResource(request),
                request.getOptions(),
                CreateResourceReply.class,
                CreateResourceReply::getOffset);
    }

    private void delete(MetadataImage image) {
        List<Resource> all = new ArrayList<>();
        image.resources().forEach(all::add);
        if (all.size() > 2) {
            DeleteResourceRequest request = DeleteResourceRequest.newBuilder()
                    .setName(all.get(random.nextInt(all.size())).name())
                    .setOptions(options())
                    .build();
            ask(new DeleteResource(request), request.getOptions(), ChangeReply.class, ChangeReply::getOffset);
        }
    }

    private void move(MetadataImage image) {
        List<PartitionState> all = new ArrayList<>();
        for (Resource resource : image.resources()) {
            all.add(image.partition(resource.id(), random.nextInt(resource.partitions()))
                    .orElseThrow());
        }
        if (all.isEmpty()) {
            return;
        }
        PartitionState state = all.get(random.nextInt(all.size()));
        MovePartitionRequest request = MovePartitionRequest.newBuilder()
                .setResource(state.resource().name())
                .setPartition(state.partition())
                .setTo(state.replica(random.nextInt(state.replicaCount())))
                .setOptions(options())
                .build();
        ask(new MoveLeader(request), request.getOptions(), ChangeReply.class, ChangeReply::getOffset);
    }

    private void fence() {
        List<Integer> live = new ArrayList<>(cluster.liveBrokers());
        if (live.size() < 2) {
            return;
        }
        int id = live.get(random.nextInt(live.size()));
        SetBrokerFenceRequest request = SetBrokerFenceRequest.newBuilder()
                .setId(id)
                .setFenced(true)
                .setReason("rehearsal")
                .setOptions(options())
                .build();
        fencedByHand.add(id);
        ask(new SetFence(request), request.getOptions(), ChangeReply.class, ChangeReply::getOffset);
        cluster.queue().after(random.nextLong(10_000 * MS), () -> unfence(id));
    }

    private void unfence(int id) {
        SetBrokerFenceRequest request = SetBrokerFenceRequest.newBuilder()
                .setId(id)
                .setFenced(false)
                .setReason("rehearsal over")
                .setOptions(options().setDryRun(false))
                .build();
        ask(new SetFence(request), request.getOptions(), ChangeReply.class, ChangeReply::getOffset);
    }

    /** Invariant 11: each of these is refused, or the cluster is broken. */
    private void mistake() {
        CreateResourceRequest good = CreateResourceRequest.newBuilder()
                .setName("mistake")
                .setPartitions(3)
                .setReplicas(1)
                .setStateKind(StateKind.STATE_NONE)
                .setOwnership(OwnershipMode.LEASED)
                .setOptions(options().setDryRun(false))
                .build();
        CreateResourceRequest bad =
                switch (random.nextInt(5)) {
                    case 0 -> good.toBuilder().setPartitions(0).build();
                    case 1 -> good.toBuilder().setReplicas(31).build();
                    case 2 -> good.toBuilder().setName("").build();
                    case 3 -> good.toBuilder().setPartitions(1_000_000_000).build();
                    default -> good.toBuilder().setName("a/b c").build();
                };
        SimVoter controller = cluster.controller();
        if (controller == null) {
            return;
        }
        String requestId = bad.getOptions().getRequestId();
        controller
                .unit()
                .submit(new AdminChange<>(new CreateResource(bad), bad.getOptions(), CreateResourceReply.class))
                .whenComplete((reply, error) -> cluster.guarded(() -> {
                    cluster.invariants().judge(11, error != null, "a bad request was accepted: " + bad);
                    cluster.invariants().refused(requestId);
                }));
    }

    private <R extends Message> void ask(
            Command<R> command, ChangeOptions options, Class<R> type, ToLongFunction<R> offset) {
        attempt(new AdminChange<>(command, options, type), options, offset, 0);
    }

    private <R extends Message> void attempt(
            AdminChange<R> change, ChangeOptions options, ToLongFunction<R> offset, int tries) {
        cluster.trace(() -> "operator asks " + change.name() + " " + options.getRequestId()
                + (options.getDryRun() ? ", dry run" : "") + (tries > 0 ? ", again" : ""));
        SimVoter controller = cluster.controller();
        if (controller == null) {
            again(change, options, offset, tries);
            return;
        }
        if (cluster.bugs().acknowledgesBeforeCommit() && !options.getDryRun()) {
            answerAtOnce(change, options, offset, controller);
        }
        boolean[] done = new boolean[1];
        controller
                .unit()
                .submit(change)
                .whenComplete((reply, error) -> cluster.guarded(() -> {
                    if (done[0]) {
                        return;
                    }
                    done[0] = true;
                    if (error == null) {
                        answered++;
                        if (!options.getDryRun()) {
                            cluster.invariants().acknowledged(options.getRequestId(), offset.applyAsLong(reply));
                        }
                    } else if (isRefusal(error)) {
                        if (tries == 0) {
                            cluster.invariants().refused(options.getRequestId());
                        }
                    } else {
                        again(change, options, offset, tries);
                    }
                }));
        // A controller that dies gives no answer.
        cluster.queue().after(20_000 * MS, () -> {
            if (!done[0]) {
                done[0] = true;
                again(change, options, offset, tries);
            }
        });
    }

    private <R extends Message> void answerAtOnce(
            AdminChange<R> change, ChangeOptions options, ToLongFunction<R> offset, SimVoter controller) {
        MetadataImage undecided = controller.unit().core().speculative();
        try {
            Decision<R> decision = change.decide(undecided, cluster.wallMs(controller.id()));
            R reply = decision.reply().apply(undecided.nextOffset());
            cluster.invariants().acknowledged(options.getRequestId(), offset.applyAsLong(reply));
        } catch (MusterException refused) {
            // It will be refused in its turn.
        }
    }

    private <R extends Message> void again(
            AdminChange<R> change, ChangeOptions options, ToLongFunction<R> offset, int tries) {
        boolean fences =
                change.change() instanceof SetFence fence && fence.request().getFenced();
        if (tries < 40 && (active || !fences)) {
            cluster.queue()
                    .after(300 * MS + random.nextLong(1000 * MS), () -> attempt(change, options, offset, tries + 1));
        }
    }

    private static boolean isRefusal(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof MusterException e) {
            if (e.code() == ErrorCode.INTERNAL) {
                throw new InvariantBroken(11, "a decision has a defect: " + e.getMessage());
            }
            return e.code() != ErrorCode.NOT_CONTROLLER
                    && e.code() != ErrorCode.OVERLOADED
                    && e.code() != ErrorCode.UNKNOWN_OUTCOME;
        }
        throw new IllegalStateException(cause);
    }
}
