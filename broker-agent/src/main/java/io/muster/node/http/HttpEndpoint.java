package io.muster.node.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's HTTP server: {@code /metrics}, {@code /livez}, {@code /readyz}. Read-only. Thread-safe.
 *
 * <p>A client that is slow or silent holds one of a few threads for a bounded time. The limits are those of the JDK's server,
 * which reads them from system properties once per JVM; what the embedding program has set is left as it is.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final int THREADS = 4;
    private static final int CONNECTIONS_MAX = 256;
    private static final int REQUEST_SECONDS_MAX = 10;
    private static final int RESPONSE_SECONDS_MAX = 30;
    private static final int IDLE_SECONDS_MAX = 60;

    private final HttpServer server;
    private final ExecutorService executor;
    private final HttpHandler metrics;
    private final List<HealthRoute> health;

    private HttpEndpoint(HttpServer server, HttpHandler metrics, List<HealthCheck> livez, List<HealthCheck> readyz) {
        this.server = server;
        this.metrics = metrics;
        this.health = List.of(new HealthRoute("livez", livez), new HealthRoute("readyz", readyz));
        AtomicInteger count = new AtomicInteger();
        this.executor = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "muster-http-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Opens the port and serves.
     *
     * @param metrics answers {@code /metrics}
     * @throws MusterException UNAVAILABLE if the port cannot be opened
     */
    public static HttpEndpoint open(
            InetSocketAddress address, HttpHandler metrics, List<HealthCheck> livez, List<HealthCheck> readyz) {
        setLimits();
        HttpServer server;
        try {
            server = HttpServer.create(address, CONNECTIONS_MAX);
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.UNAVAILABLE,
                    "Cannot listen on http.listener " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage() + ". Stop the process that has the port, or choose another.",
                    e);
        }
        HttpEndpoint endpoint = new HttpEndpoint(server, metrics, livez, readyz);
        server.setExecutor(endpoint.executor);
        server.createContext("/", endpoint::handle);
        server.start();
        return endpoint;
    }

    private static void setLimits() {
        setUnlessSet("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
        setUnlessSet("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS_MAX);
        setUnlessSet("sun.net.httpserver.idleInterval", IDLE_SECONDS_MAX);
        setUnlessSet("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
    }

    private static void setUnlessSet(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            URI uri = exchange.getRequestURI();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                new HttpReply(405, "only GET and HEAD are served here\n").send(exchange);
            } else if ("/metrics".equals(uri.getPath())) {
                metrics.handle(exchange);
            } else {
                answer(uri).send(exchange);
            }
        } catch (RuntimeException e) {
            LOG.warn("Request {} failed", exchange.getRequestURI(), e);
        }
    }

    private HttpReply answer(URI uri) {
        return uri.getPath() == null
                ? notFound()
                : health.stream()
                        .flatMap(route -> route.answer(uri).stream())
                        .findFirst()
                        .orElseGet(HttpEndpoint::notFound);
    }

    private static HttpReply notFound() {
        return new HttpReply(404, "not found; there are /metrics, /livez and /readyz\n");
    }

    /** The port in use. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops serving. Idempotent. */
    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
