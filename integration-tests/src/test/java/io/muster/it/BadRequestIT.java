package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that no client of Muster would send: each is refused, changes nothing, and costs nobody leadership. */
class BadRequestIT {
    private static final int HUGE = 100 << 20;

    @TempDir
    static Path dir;

    private static ProcessCluster cluster;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(dir, 3, 0);
        NodeProcess controller = cluster.node(cluster.controllerId());
        channel = NettyChannelBuilder.forAddress(controller.host(), controller.rpcPort())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        cluster.close();
    }

    private static void assertNothingChanged(DescribeQuorumReply before) {
        DescribeQuorumReply after = cluster.quorum();
        assertThat(after.getLeaderId()).isEqualTo(before.getLeaderId());
        assertThat(after.getLeaderEpoch()).isEqualTo(before.getLeaderEpoch());
        assertThat(after.getHighWatermark()).isEqualTo(before.getHighWatermark());
    }

    @Test
    void aRequestOfAHundredMegabytesIsRefused() {
        DescribeQuorumReply before = cluster.quorum();
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> AdminServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .createResource(CreateResourceRequest.newBuilder()
                                .setName("x".repeat(HUGE))
                                .setPartitions(1)
                                .setReplicas(1)
                                .build()));

        assertThat(refused.getStatus().getCode()).as(refused.toString()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused.getStatus().getDescription()).contains("8388608");
        assertNothingChanged(before);
    }

    @Test
    void aNameThatIsNotUtf8IsRefusedOnTheWire() {
        DescribeQuorumReply before = cluster.quorum();
        byte[] name = {(byte) 0xff, (byte) 0xfe, 'x'};
        byte[] request = {10, (byte) name.length, name[0], name[1], name[2], 16, 1, 24, 1};
        MethodDescriptor<byte[], byte[]> raw = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(AdminServiceGrpc.getCreateResourceMethod().getFullMethodName())
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        channel, raw, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), request));

        assertThat(refused.getStatus().getCode()).as(refused.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refused.getStatus().getDescription()).contains("not UTF-8");
        assertNothingChanged(before);
    }

    @Test
    void aNameThatIsNotUtf8IsRefusedOnTheCommandLine() throws Exception {
        DescribeQuorumReply before = cluster.quorum();
        // a shell passes bytes on as they are; Java cannot
        Process process = new ProcessBuilder(List.of(
                        "bash",
                        "-c",
                        "exec \"$0\" resources create $'\\xff\\xfex' --partitions 1 --replicas 1 --bootstrap \"$1\"",
                        Distribution.muster().toString(),
                        cluster.bootstrap()))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isIn(1, 2);
        assertThat(said).contains("name").doesNotContain("Exception");
        assertNothingChanged(before);
    }

    /** Bytes as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
