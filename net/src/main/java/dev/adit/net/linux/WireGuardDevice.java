package dev.adit.net.linux;

import java.io.IOException;

/// A WireGuard device, whichever implementation stands behind it. Thread-safe.
public interface WireGuardDevice extends AutoCloseable {
  /// The interface's name, such as `adit0`.
  String name();

  DeviceSnapshot read() throws IOException;

  /// Applies the changes in order. Not atomic: what stands before a refused part stays applied.
  ///
  /// @throws ErrnoException if a part was refused
  void apply(DeviceChanges changes) throws IOException;

  /// Removes the device from the machine.
  @Override
  void close() throws IOException;
}
