package dev.adit.net.linux;

import java.io.IOException;

/// A WireGuard device, whatever drives it. Confined to one thread.
public interface WireGuardDevice extends AutoCloseable {
  /// The interface's name.
  String name();

  /// What the device is like now.
  ///
  /// @throws IOException if the device is gone
  WireGuardState read() throws IOException;

  /// Carries out `change`. Not atomic: when it fails, earlier parts stay.
  ///
  /// @throws java.net.BindException if the listen port is taken
  /// @throws IOException if the device is gone or refused the change
  void apply(WireGuardChange change) throws IOException;

  /// Whether a peer keeps its session while its endpoint is moved; known after the first reading.
  default boolean changesPeers() {
    return true;
  }

  /// Lets go of the device without changing it.
  @Override
  void close();
}
