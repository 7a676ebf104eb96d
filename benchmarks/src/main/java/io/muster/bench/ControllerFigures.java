package io.muster.bench;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.CreateResource;
import io.muster.controller.decide.DeleteResource;
import io.muster.controller.decide.FenceBroker;
import io.muster.controller.decide.RegisterBroker;
import io.muster.controller.decide.UnfenceBroker;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.CauseKind;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import java.util.Arrays;
import java.util.List;

/**
 * The large changes of DESIGN.md section 8 from the command to its commit on a quorum of three in this JVM: fences, a creation,
 * registrations. A change is done when it is committed and applied where it was decided.
 */
public final class ControllerFigures {
    private static final int BROKERS = 30;
    private static final int REPLICAS = 3;
    private static final String RESOURCE = "orders";

    private final ControllerCommitter quorum;
    private int incarnations;

    private ControllerFigures(ControllerCommitter quorum) {
        this.quorum = quorum;
    }

    /** Arguments: the number of measured rounds (default 7). */
    public static void main(String[] args) {
        Quiet.logs();
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        System.out.println("| command to commit, quorum of three | min | median | max |");
        System.out.println("|---|---|---|---|");
        try (TemporaryDirectory directory = TemporaryDirectory.create("muster-bench-controller");
                ControllerCommitter quorum = new ControllerCommitter(directory.path())) {
            ControllerFigures figures = new ControllerFigures(quorum);
            figures.brokers();
            for (int led : new int[] {10_000, 50_000}) {
                print(
                        String.format("fence a broker that leads %,d partitions × %d", led, REPLICAS),
                        figures.fences(led, rounds));
            }
            print("create 50,000 partitions × 3", figures.creations(50_000, rounds));
        }
        double[] perSecond = registrationsPerSecond(1_000, 3);
        System.out.printf(
                "%n| one after the other | min | median | max |%n|---|---|---|---|%n"
                        + "| register 1,000 brokers | %,.0f/s | %,.0f/s | %,.0f/s |%n",
                perSecond[0], Latencies.median(perSecond), perSecond[perSecond.length - 1]);
        System.exit(0);
    }

    private void brokers() {
        for (int id = 1; id <= BROKERS; id++) {
            join(id);
        }
    }

    /** A new process of the broker registers and is unfenced. */
    private long join(int id) {
        BrokerRecord process = SampleCluster.brokerRecord(id).toBuilder()
                .setIncarnation("incarnation-" + incarnations++)
                .build();
        long epoch = quorum.run(new RegisterBroker(process, false));
        quorum.run(new UnfenceBroker(id, epoch, "it is ready"));
        return epoch;
    }

    /** Milliseconds of each round; as many rounds before them warm up. */
    private double[] fences(int led, int rounds) {
        double[] tookMs = new double[rounds];
        for (int i = -rounds; i < rounds; i++) {
            long epoch = join(1);
            quorum.run(new WriteFacts(image -> List.of(SampleCluster.resource(RESOURCE, image, led, REPLICAS, 1))));
            double ms = timeMs(new FenceBroker(1, epoch, CauseKind.SESSION_TIMEOUT, "measured"));
            if (quorum.image().work(1).leaders() != 0 || quorum.image().sets().leaderlessCount() != 0) {
                throw new IllegalStateException("the fence did not move the work");
            }
            if (i >= 0) {
                tookMs[i] = ms;
            }
            delete();
        }
        join(1);
        return tookMs;
    }

    private double[] creations(int partitions, int rounds) {
        CreateResource create = new CreateResource(CreateResourceRequest.newBuilder()
                .setName(RESOURCE)
                .setPartitions(partitions)
                .setReplicas(REPLICAS)
                .build());
        double[] tookMs = new double[rounds];
        for (int i = -rounds; i < rounds; i++) {
            double ms = timeMs(create);
            if (i >= 0) {
                tookMs[i] = ms;
            }
            delete();
        }
        return tookMs;
    }

    /** Ascending; each on a new quorum, after one that warms up. */
    private static double[] registrationsPerSecond(int brokers, int rounds) {
        double[] perSecond = new double[rounds];
        for (int i = -1; i < rounds; i++) {
            try (TemporaryDirectory directory = TemporaryDirectory.create("muster-bench-controller");
                    ControllerCommitter quorum = new ControllerCommitter(directory.path())) {
                long startNs = System.nanoTime();
                for (int id = 1; id <= brokers; id++) {
                    quorum.run(new RegisterBroker(SampleCluster.brokerRecord(id), false));
                }
                if (i >= 0) {
                    perSecond[i] = brokers / ((System.nanoTime() - startNs) / 1e9);
                }
            }
        }
        Arrays.sort(perSecond);
        return perSecond;
    }

    private void delete() {
        quorum.run(new DeleteResource(
                DeleteResourceRequest.newBuilder().setName(RESOURCE).build()));
    }

    private double timeMs(Command<?> command) {
        long startNs = System.nanoTime();
        quorum.run(command);
        return (System.nanoTime() - startNs) / 1e6;
    }

    private static void print(String what, double[] tookMs) {
        double[] sorted = tookMs.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "| %s | %.1f ms | %.1f ms | %.1f ms |%n",
                what, sorted[0], Latencies.median(sorted), sorted[sorted.length - 1]);
    }
}
