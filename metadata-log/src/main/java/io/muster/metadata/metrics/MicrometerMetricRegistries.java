package io.muster.metadata.metrics;

import io.micrometer.core.instrument.Metrics;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.util.TimeDuration;

/**
 * Puts Ratis's metrics into Micrometer's global registry. Whoever wants them adds a registry there. Thread-safe. Public because a
 * service loader creates it.
 */
public final class MicrometerMetricRegistries extends MetricRegistries {
    private final Map<MetricRegistryInfo, MicrometerMetricRegistry> registries = new ConcurrentHashMap<>();

    @Override
    public void clear() {
        for (MetricRegistryInfo info : Set.copyOf(registries.keySet())) {
            remove(info);
        }
    }

    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        return registries.computeIfAbsent(
                info, missing -> new MicrometerMetricRegistry(missing, Metrics.globalRegistry));
    }

    @Override
    public boolean remove(MetricRegistryInfo info) {
        MicrometerMetricRegistry removed = registries.remove(info);
        if (removed == null) {
            return false;
        }
        removed.close();
        return true;
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.ofNullable(registries.get(info));
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.copyOf(registries.keySet());
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return List.copyOf(registries.values());
    }

    /** Does nothing: reporting is Micrometer's. */
    @Override
    public void addReporterRegistration(
            Consumer<RatisMetricRegistry> registration, Consumer<RatisMetricRegistry> stop) {}

    /** Does nothing: reporting is Micrometer's. */
    @Override
    public void enableJmxReporter() {}

    /** Does nothing: reporting is Micrometer's. */
    @Override
    public void enableConsoleReporter(TimeDuration rate) {}
}
