package dev.adit.cli.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.adit.cli.Version;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/// What a process tells of itself, whatever its program: what is built in, how long it runs,
/// memory, descriptors, processor time. Names are those by which Prometheus' own libraries know
/// these.
///
/// @param role `serve`, `relay` or `agent`
public record ProcessReadings(String role) implements Readings.Source {
  private static final double MILLIS = 1e3;
  private static final double NANOS = 1e9;

  @Override
  public void read(Readings into) {
    into.gauges("adit_build_info", "1, with what is running.", "version", "java", "role")
        .add(1, Version.number(), Runtime.version().toString(), role);
    time(into);
    memory(into);
    system(into);
    into.gauge(
        "jvm_threads_current",
        "Platform threads of the Java machine.",
        ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static void time(Readings into) {
    var runtime = ManagementFactory.getRuntimeMXBean();
    into.gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970.",
        runtime.getStartTime() / MILLIS);
    into.gauge("adit_uptime_seconds", "How long the process runs.", runtime.getUptime() / MILLIS);
  }

  private static void memory(Readings into) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    var heap = memory.getHeapMemoryUsage();
    into.gauges("jvm_memory_used_bytes", "Memory that the Java machine uses, by area.", "area")
        .add(heap.getUsed(), "heap")
        .add(memory.getNonHeapMemoryUsage().getUsed(), "nonheap");
    into.gauges("jvm_memory_max_bytes", "Memory that it may use, by area.", "area")
        .add(heap.getMax(), "heap");
    Metric pools =
        into.gauges("jvm_buffer_pool_used_bytes", "Memory outside the heap, by pool.", "pool");
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct") || pool.getName().equals("mapped")) {
        pools.add(pool.getMemoryUsed(), pool.getName());
      }
    }
    long collections = 0;
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += Math.max(0, collector.getCollectionCount());
      millis += Math.max(0, collector.getCollectionTime());
    }
    into.counter("jvm_gc_collections_total", "Garbage collections.", collections);
    into.counters("jvm_gc_seconds_total", "Time spent in garbage collections.")
        .add(millis / MILLIS);
  }

  private static void system(Readings into) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      into.counters("process_cpu_seconds_total", "Processor time that the process has used.")
          .add(system.getProcessCpuTime() / NANOS);
      into.gauge(
          "process_open_fds", "File descriptors open now.", system.getOpenFileDescriptorCount());
      into.gauge(
          "process_max_fds",
          "File descriptors that may be open.",
          system.getMaxFileDescriptorCount());
    }
  }
}
