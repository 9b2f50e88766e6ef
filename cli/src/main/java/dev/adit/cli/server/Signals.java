package dev.adit.cli.server;

import java.lang.reflect.Proxy;

/// Signals of the operating system. The Java machine's own class for them is in `jdk.unsupported`;
/// by reflection, because the compiler warns of it and nothing can keep it from doing so. Where
/// there is no such class, or the Java machine keeps a signal to itself, nothing happens.
final class Signals {
  /// Read files anew.
  static final String HANG_UP = "HUP";

  /// Please end.
  static final String TERMINATE = "TERM";

  /// Control-C.
  static final String INTERRUPT = "INT";

  private Signals() {}

  /// From now on `signal` runs `action`, on a thread of its own, instead of what it did before.
  static void on(String signal, Runnable action) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object running =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> signal;
                  });
      Object named = type.getConstructor(String.class).newInstance(signal);
      var _ = type.getMethod("handle", type, handler).invoke(null, named, running);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // this Java machine was told to leave signals alone (-Xrs), or has none
    }
  }
}
