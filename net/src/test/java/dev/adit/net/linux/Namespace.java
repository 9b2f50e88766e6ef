package dev.adit.net.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Runs a test in a network namespace of its own, which ends with it. Namespaces belong to threads:
/// sockets opened, threads started and programs started by the test's thread are inside.
public final class Namespace {
  private static final int CLONE_NEWNET = 0x40000000;

  private Namespace() {}

  @FunctionalInterface
  public interface Test {
    void run() throws Exception;
  }

  public static void run(Test test) throws Exception {
    var done = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .name("namespace-test")
        .start(() -> {
          try {
            enter();
            test.run();
            done.complete(null);
          } catch (Throwable t) {
            done.completeExceptionally(t);
          }
        });
    try {
      done.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  @SuppressWarnings("restricted")
  private static void enter() throws Throwable {
    Linker linker = Linker.nativeLinker();
    var unshare =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("unshare"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    if ((int) unshare.invokeExact(CLONE_NEWNET) != 0) {
      throw new IllegalStateException("cannot make a network namespace; run the tests as root");
    }
    try (var netlink = RouteNetlink.open()) {
      var loopback = netlink.link("lo");
      if (loopback != null) {
        netlink.up(loopback, 0);
      }
    }
  }
}
