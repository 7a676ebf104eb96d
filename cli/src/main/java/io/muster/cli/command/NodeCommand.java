package io.muster.cli.command;

import io.muster.agent.Workload;
import io.muster.cli.DurationConverter;
import io.muster.cli.ExitCodes;
import io.muster.cli.Signals;
import io.muster.cli.cluster.HostPort;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.node.ExitHandler;
import io.muster.node.MusterNode;
import io.muster.node.config.NodeConfig;
import io.muster.testkit.witness.WitnessWorkload;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code muster node}: runs one node in this process until it is told to end. */
@Command(
        name = "node",
        description = {
            "Run a node until SIGTERM or Ctrl-C; what it leads is handed over first.",
            "Exit code 0 after SIGTERM, 130 after Ctrl-C, 2 for a bad config file, 1 if it cannot start or go on."
        })
public final class NodeCommand implements Callable<Integer> {
    /** What this process does as a broker, as typed. */
    enum Work {
        none,
        witness
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile file = new ConfigFile();

    @Option(
            names = "--workload",
            paramLabel = "witness|none",
            defaultValue = "none",
            description =
                    "none: an idle broker. witness: each owned partition gives signs of life. Default: ${DEFAULT-VALUE}.")
    private Work work = Work.none;

    @Option(
            names = "--witness-sink",
            paramLabel = "HOST:PORT",
            converter = HostPort.Converter.class,
            description = "Where the witness's signs of life go.")
    private @Nullable HostPort sink;

    @Option(
            names = "--witness-interval",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "100ms",
            description = "The shortest pause between two signs of life of a partition. Default: ${DEFAULT-VALUE}.")
    private Duration interval = WitnessWorkload.INTERVAL;

    @Override
    public Integer call() throws InterruptedException {
        NodeConfig config = file.read();
        AtomicInteger exitCode = new AtomicInteger(ExitCodes.OK);
        try (MusterNode node = start(config)) {
            onSignal("TERM", ExitCodes.OK, node, exitCode);
            onSignal("INT", ExitCodes.INTERRUPTED, node, exitCode);
            int code = node.awaitExit().code();
            return code == ExitCodes.OK ? exitCode.get() : code;
        }
    }

    private MusterNode start(NodeConfig config) {
        try {
            return MusterNode.start(config, workload(config), halt());
        } catch (MusterException e) {
            // whatever kept it from starting, the outcome is the same: the operation failed
            throw new MusterException(ErrorCode.FAILED_PRECONDITION, String.valueOf(e.getMessage()), e);
        }
    }

    private Workload workload(NodeConfig config) {
        if (work == Work.none) {
            return new NoWorkload();
        }
        InetSocketAddress address = sink == null ? null : new InetSocketAddress(sink.host(), sink.port());
        return new WitnessWorkload(config.nodeId(), address, interval);
    }

    /** The reason goes to standard error even if logging is set to nothing. */
    private ExitHandler halt() {
        PrintWriter err = spec.commandLine().getErr();
        ExitHandler halt = ExitHandler.haltProcess();
        return exit -> {
            err.println("muster: " + exit.reason());
            err.flush();
            halt.exit(exit);
        };
    }

    /** A first signal closes the node in order; a second one ends the process at once. */
    private static void onSignal(String name, int code, MusterNode node, AtomicInteger exitCode) {
        AtomicInteger times = new AtomicInteger();
        Signals.on(name, () -> {
            if (times.incrementAndGet() > 1) {
                Runtime.getRuntime().halt(ExitCodes.INTERRUPTED);
            }
            exitCode.set(code);
            new Thread(node::close, "muster-stop").start();
        });
    }
}
