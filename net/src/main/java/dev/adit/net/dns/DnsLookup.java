package dev.adit.net.dns;

import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.util.List;

/// Asks the DNS. Both calls block for some seconds; call them on virtual threads. Thread-safe.
public interface DnsLookup {
  /// The machine's resolver, and for texts the servers it is told of.
  DnsLookup SYSTEM = new SystemDns("dns:");

  /// A and AAAA records; never empty.
  ///
  /// @throws IOException if the name has none, or nobody answers
  List<IpAddress> addresses(String name) throws IOException;

  /// TXT records; empty if there are none.
  ///
  /// @throws IOException if there is no such name, or nobody answers
  List<String> texts(String name) throws IOException;
}
