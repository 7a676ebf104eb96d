package io.muster.metadata.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;

/**
 * The metrics of one Ratis component as Micrometer meters. Each carries the tag {@code voter}, whose it is, and where it is about another
 * one, {@code peer}. Thread-safe.
 */
final class MicrometerMetricRegistry implements RatisMetricRegistry {
    /** Counts of every gRPC method: many, and of no use to an operator. */
    private static final String DROPPED_COMPONENT = "_message_metrics";

    private final MetricRegistryInfo info;
    private final MeterRegistry target;
    private final boolean dropped;
    private final String voter;
    private final Map<String, Meter> meters = new ConcurrentHashMap<>();
    private final Map<String, LongCounter> counters = new ConcurrentHashMap<>();

    MicrometerMetricRegistry(MetricRegistryInfo info, MeterRegistry target) {
        this.info = info;
        this.target = target;
        this.dropped = info.getMetricsComponentName().endsWith(DROPPED_COMPONENT);
        this.voter = info.getPrefix().replaceFirst("@.*", "");
    }

    @Override
    public Timekeeper timer(String name) {
        Timer timer = (Timer) meters.computeIfAbsent(name, key -> {
            MeterName meter = name(key);
            return Timer.builder(meter.name())
                    .description(describe(key))
                    .tags(tags(meter))
                    .register(target);
        });
        return () -> {
            long start = System.nanoTime();
            return () -> {
                long took = System.nanoTime() - start;
                timer.record(took, TimeUnit.NANOSECONDS);
                return took;
            };
        };
    }

    @Override
    public LongCounter counter(String name) {
        return counters.computeIfAbsent(name, key -> {
            var counter = new Count();
            if (!dropped) {
                MeterName meter = name(key);
                meters.put(
                        key,
                        FunctionCounter.builder(meter.name(), counter.added, AtomicLong::doubleValue)
                                .description(describe(key))
                                .tags(tags(meter))
                                .register(target));
            }
            return counter;
        });
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> gauge) {
        Supplier<T> value = gauge.get();
        MeterName meter = name(name).asGauge();
        remove(name);
        meters.put(
                name,
                Gauge.builder(meter.name(), () -> number(value.get(), meter.factor()))
                        .description(describe(name))
                        .tags(tags(meter))
                        .register(target));
    }

    @Override
    public boolean remove(String name) {
        counters.remove(name);
        Meter meter = meters.remove(name);
        if (meter == null) {
            return false;
        }
        target.remove(meter);
        meter.close();
        return true;
    }

    @Override
    public MetricRegistryInfo getMetricRegistryInfo() {
        return info;
    }

    void close() {
        for (String name : meters.keySet()) {
            remove(name);
        }
        counters.clear();
    }

    private MeterName name(String ratisName) {
        return MeterName.of(info.getApplicationName(), info.getMetricsComponentName(), ratisName);
    }

    private Tags tags(MeterName meter) {
        Tags own = Tags.of("voter", voter);
        return meter.peer().isEmpty() ? own : own.and("peer", meter.peer());
    }

    private String describe(String ratisName) {
        String component = info.getMetricsDescription();
        return (component.endsWith(".") ? component.substring(0, component.length() - 1) : component) + ": "
                + MeterName.of("", "", ratisName).name().replace('_', ' ') + ".";
    }

    private static double number(Object value, double factor) {
        return value instanceof Number number ? number.doubleValue() * factor : Double.NaN;
    }

    /** A count that Ratis may also lower; what is shown is what was added, because a counter never falls. */
    private static final class Count implements LongCounter {
        private final AtomicLong added = new AtomicLong();
        private final AtomicLong taken = new AtomicLong();

        @Override
        public void inc(long n) {
            added.addAndGet(n);
        }

        @Override
        public void dec(long n) {
            taken.addAndGet(n);
        }

        @Override
        public long getCount() {
            return added.get() - taken.get();
        }
    }
}
