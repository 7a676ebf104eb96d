package io.muster.cli.command;

import com.google.gson.JsonObject;
import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
import io.muster.cli.Signals;
import io.muster.cli.cluster.HostPort;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.testkit.witness.WitnessSink;
import io.muster.testkit.witness.WitnessTotals;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code muster witness}: for those who run a cluster by hand and want the judge of the demo too. */
@Command(
        name = "witness",
        hidden = true,
        description = "The judge of a failover from the work's own side.",
        subcommands = WitnessCommand.Sink.class)
public final class WitnessCommand extends GroupCommand {
    @Command(
            name = "sink",
            description = "Take the signs of life of nodes that run with --workload witness --witness-sink HOST:PORT, "
                    + "until SIGTERM or Ctrl-C; then print what was counted, as JSON.")
    static final class Sink implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--listen",
                paramLabel = "HOST:PORT",
                required = true,
                converter = HostPort.Converter.class,
                description = "Where to listen.")
        private HostPort listen = new HostPort("127.0.0.1", 1);

        @Override
        public Integer call() throws InterruptedException {
            try (WitnessSink sink = WitnessSink.start(new InetSocketAddress(listen.host(), listen.port()))) {
                CountDownLatch told = new CountDownLatch(1);
                Signals.on("TERM", told::countDown);
                Signals.on("INT", told::countDown);
                told.await();
                WitnessTotals totals = sink.totals();
                JsonObject answer = new JsonObject();
                answer.addProperty("partitions", totals.partitions());
                answer.addProperty("accepted", totals.accepted());
                answer.addProperty("refused", totals.refused());
                answer.addProperty("guardRefusals", totals.guardRefusals());
                answer.addProperty("overlaps", totals.overlaps());
                PrintWriter out = spec.commandLine().getOut();
                out.println(Json.of(answer));
                out.flush();
                return ExitCodes.OK;
            } catch (IOException e) {
                throw new MusterException(
                        ErrorCode.FAILED_PRECONDITION,
                        "Cannot listen on " + listen + " (" + e.getMessage() + "): choose another address.",
                        e);
            }
        }
    }
}
