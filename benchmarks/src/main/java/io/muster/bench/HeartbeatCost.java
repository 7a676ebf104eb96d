package io.muster.bench;

import com.sun.management.OperatingSystemMXBean;
import io.muster.controller.liveness.Liveness;
import io.muster.controller.rpc.SessionService;
import io.muster.node.rpc.RpcServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What heartbeats over gRPC cost the controller: 1,000 brokers, each with its own connection and session, in another JVM, beat
 * twice a second. The processor time of this JVM counts (three voters, one of them the controller), idle time and with brokers.
 */
public final class HeartbeatCost {
    private static final int BROKERS = 1_000;
    private static final long WARM_UP_MS = 30_000;
    private static final long MEASURE_MS = 20_000;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private HeartbeatCost() {}

    /** Arguments: the number of brokers (default 1,000). */
    public static void main(String[] args) throws IOException, InterruptedException {
        Quiet.logs();
        int brokers = args.length > 0 ? Integer.parseInt(args[0]) : BROKERS;
        try (TemporaryDirectory directory = TemporaryDirectory.create("muster-bench-heartbeat");
                ControllerCommitter quorum = new ControllerCommitter(directory.path());
                RpcServer server = RpcServer.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(new SessionService(quorum.unit(), System::nanoTime)))) {
            Thread.sleep(WARM_UP_MS / 3);
            double idle = coresUsed();
            Process fleet = fleet(server.port(), brokers, quorum.clusterId());
            try {
                awaitReady(fleet);
                Thread.sleep(WARM_UP_MS);
                Liveness liveness = quorum.unit().liveness();
                long renewals = liveness.leaseRenewals();
                long barriers = liveness.barriers();
                double busy = coresUsed();
                double perSecond = (liveness.leaseRenewals() - renewals) / (MEASURE_MS / 1e3);
                System.out.println(
                        "| heartbeats | answered | barriers | processor, idle | with brokers | for heartbeats | each |");
                System.out.println("|---|---|---|---|---|---|---|");
                System.out.printf(
                        "| %,d brokers at 2/s | %,.0f/s | %.1f/s | %.1f %% of a core | %.1f %% | %.1f %% | %.1f µs |%n",
                        brokers,
                        perSecond,
                        (liveness.barriers() - barriers) / (MEASURE_MS / 1e3),
                        idle * 100,
                        busy * 100,
                        (busy - idle) * 100,
                        (busy - idle) / perSecond * 1e6);
            } finally {
                fleet.destroy();
            }
        }
        System.exit(0);
    }

    private static double coresUsed() throws InterruptedException {
        long cpuNs = SYSTEM.getProcessCpuTime();
        long startNs = System.nanoTime();
        Thread.sleep(MEASURE_MS);
        return (SYSTEM.getProcessCpuTime() - cpuNs) / (double) (System.nanoTime() - startNs);
    }

    private static Process fleet(int port, int brokers, String clusterId) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerFleet.class.getName(),
                        Integer.toString(port),
                        Integer.toString(brokers),
                        clusterId)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void awaitReady(Process fleet) throws IOException {
        BufferedReader out = fleet.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (!BrokerFleet.READY.equals(line)) {
            throw new IllegalStateException("the brokers did not come up: " + line);
        }
    }
}
