package io.muster.node.metrics;

import com.sun.management.OperatingSystemMXBean;
import com.sun.net.httpserver.HttpHandler;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The meter registry of one node, with the JVM and the build in it. Thread-safe. */
public final class NodeMeters implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /**
     * @param version of the software
     * @param nodeId of this node
     * @param roles as in the config file
     */
    public NodeMeters(String version, int nodeId, String roles) {
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(promtoolNames());
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu.seconds", system, s -> s.getProcessCpuTime() / 1e9)
                    .description("Processor time that this process has used")
                    .register(registry);
        }
        Gauge.builder("muster.info", () -> 1)
                .description("What runs here: always 1, the facts are in the labels")
                .tags("version", version, "node_id", Integer.toString(nodeId), "roles", roles)
                .register(registry);
    }

    /** Libraries name labels in camelCase, and a number of processors like a histogram's count; promtool refuses both. */
    static MeterFilter promtoolNames() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                Meter.Id named = id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
                return named.replaceTags(Tags.of(id.getTags().stream()
                        .map(tag -> Tag.of(snakeCase(tag.getKey()), tag.getValue()))
                        .toList()));
            }
        };
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** Where the parts of the node put their meters. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Answers a scrape in the Prometheus text format, or OpenMetrics if the client asks for it. */
    public HttpHandler scrapeHandler() {
        return new MetricsHandler(registry.getPrometheusRegistry());
    }

    /** Shows how far this node's image is. */
    public void showOffset(LongSupplier lastApplied) {
        Gauge.builder("muster.metadata.last.applied.offset", lastApplied, LongSupplier::getAsLong)
                .description("Offset of the last batch that this node has applied; -1 before the first")
                .strongReference(true)
                .register(registry);
    }

    /** Shows the meters of Ratis too, which knows only the registry of the whole process. */
    public void showProcessMeters() {
        Metrics.addRegistry(registry);
    }

    @Override
    public void close() {
        Metrics.removeRegistry(registry);
        garbageCollection.close();
        registry.close();
    }
}
