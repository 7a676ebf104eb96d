package io.muster.agent.script;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.muster.agent.rpc.Channels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Voters inside this process, by endpoint. Thread-safe. */
public final class Voters implements Channels, AutoCloseable {
    private static final java.util.concurrent.atomic.AtomicInteger COUNT =
            new java.util.concurrent.atomic.AtomicInteger();

    private final String prefix = "voters-" + COUNT.incrementAndGet() + "-";
    private final Map<String, Server> servers = new ConcurrentHashMap<>();

    public void start(String endpoint, BindableService... services) {
        InProcessServerBuilder builder = InProcessServerBuilder.forName(prefix + endpoint);
        for (BindableService service : services) {
            builder.addService(service);
        }
        try {
            servers.put(endpoint, builder.build().start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void kill(String endpoint) {
        Server server = servers.remove(endpoint);
        if (server != null) {
            server.shutdownNow();
        }
    }

    @Override
    public ManagedChannel open(String endpoint, Executor executor) {
        return InProcessChannelBuilder.forName(prefix + endpoint)
                .executor(executor)
                .build();
    }

    @Override
    public void close() {
        servers.keySet().forEach(this::kill);
    }
}
